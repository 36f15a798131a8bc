/** Which column of a row holds what; undefined where the file has no such column. */
export interface Columns {
  readonly user: number;
  readonly item: number;
  readonly value: number | undefined;
  readonly time: number | undefined;
  /** Columns that every row has. */
  readonly count: number;
}

/** Names that files give to each column, without case, spaces and punctuation; the first that is there is taken. */
export const COLUMN_NAMES = {
  user: [
    ...['user', 'userid', 'usersha1', 'useridx', 'uid', 'username', 'listener', 'listenerid'],
    ...[
      'customer',
      'customerid',
      'visitor',
      'visitorid',
      'member',
      'memberid',
      'account',
      'accountid',
    ],
    ...[
      'reviewer',
      'reviewerid',
      'reader',
      'readerid',
      'player',
      'playerid',
      'sessionid',
      'session',
    ],
  ],
  item: [
    ...[
      'item',
      'itemid',
      'itemidx',
      'iid',
      'song',
      'songid',
      'track',
      'trackid',
      'movie',
      'movieid',
    ],
    ...[
      'film',
      'filmid',
      'artist',
      'artistid',
      'album',
      'albumid',
      'product',
      'productid',
      'asin',
      'sku',
    ],
    ...[
      'book',
      'bookid',
      'isbn',
      'article',
      'articleid',
      'video',
      'videoid',
      'content',
      'contentid',
    ],
    ...[
      'business',
      'businessid',
      'game',
      'gameid',
      'anime',
      'animeid',
      'recipe',
      'recipeid',
      'recipeid',
    ],
  ],
  value: [
    ...['value', 'rating', 'ratings', 'ratingorcount', 'score', 'stars', 'overall', 'bookrating'],
    ...['count', 'counts', 'play', 'plays', 'playcount', 'playcounts', 'listens', 'listencount'],
    ...['weight', 'quantity', 'frequency', 'preference', 'strength', 'amount', 'price'],
  ],
  time: [
    ...['timestamp', 'time', 'ts', 'timems', 'timestampms', 'datetime', 'date', 'unixtime'],
    ...['unixreviewtime', 'epoch', 'eventtime', 'createdat', 'ratedat', 'listenedat', 'playedat'],
  ],
} as const;

/** Brings a header's cell to the form of {@link COLUMN_NAMES}. */
export function columnName(cell: string): string {
  return cell.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Finds the columns that a header names; undefined where it names no user or no item. */
export function namedColumns(header: readonly string[]): Columns | undefined {
  const names = header.map(columnName);
  const find = (wanted: readonly string[]): number | undefined => {
    const name = wanted.find((candidate) => names.includes(candidate));
    return name === undefined ? undefined : names.indexOf(name);
  };
  const user = find(COLUMN_NAMES.user);
  const item = find(COLUMN_NAMES.item);
  if (user === undefined || item === undefined) return undefined;
  return {
    user,
    item,
    value: find(COLUMN_NAMES.value),
    time: find(COLUMN_NAMES.time),
    count: header.length,
  };
}
