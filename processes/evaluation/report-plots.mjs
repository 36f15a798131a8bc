/* Runs in the page of a report: draws the plots that stand beside it as JSON. uPlot stands above it. */
(function drawPlots() {
  const { document, uPlot } = globalThis;
  const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];
  const greys = ['#777', '#aaa', '#555', '#bbb'];
  const plots = JSON.parse(document.getElementById('plots').textContent);
  /** Up to so many points are each named on the axis. */
  const namedPointsMax = 12;
  const wholeSteps = [1, 2, 5].flatMap((step) =>
    [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((ten) => step * ten),
  );
  wholeSteps.sort((left, right) => left - right);
  const places = document.querySelectorAll('.plot');

  /** All x of a plot, ascending, and a column a series with null where it has no point. */
  function columnsOf({ series, lines = [] }) {
    const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))];
    xs.sort((left, right) => left - right);
    const columns = series.map(({ points }) => {
      const known = new Map(points);
      return xs.map((x) => known.get(x) ?? null);
    });
    return [xs, ...columns, ...lines.map(({ y }) => xs.map(() => y))];
  }

  /** What the legend says of a place that is pointed at, and nothing where none is. */
  function told(_, value) {
    return value === null || value === undefined ? '' : String(Number(value.toPrecision(4)));
  }

  function seriesOf({ x, series, lines = [], names }) {
    const bars = names === undefined ? undefined : uPlot.paths.bars({ size: [0.6, 80] });
    const drawn = series.map(({ label, points }, at) => ({
      label,
      stroke: colours[at % colours.length],
      fill: bars === undefined ? undefined : `${colours[at % colours.length]}99`,
      value: told,
      width: 2,
      spanGaps: true,
      points: { show: bars === undefined && points.length <= 60 },
      paths: bars,
    }));
    const dashed = lines.map(({ label }, at) => ({
      label,
      value: told,
      stroke: greys[at % greys.length],
      dash: [6, 4],
      points: { show: false },
    }));
    const value = (_, place) => (names === undefined ? told(_, place) : (names[place] ?? ''));
    return [{ label: x, value }, ...drawn, ...dashed];
  }

  /** Counts have no halves: few points are named each, many at whole steps. */
  function ticksOf(xs) {
    if (!xs.every(Number.isInteger)) return {};
    return xs.length > namedPointsMax ? { incrs: wholeSteps } : { splits: () => xs };
  }

  function axesOf({ x, y, names }, xs) {
    const named =
      names === undefined
        ? ticksOf(xs)
        : {
            splits: () => names.map((_, at) => at),
            values: (_, at) => at.map((place) => names[place] ?? ''),
          };
    return [
      { label: x, ...named },
      { label: y, size: 70 },
    ];
  }

  plots.forEach((plot, at) => {
    const columns = columnsOf(plot);
    const count = plot.names?.length ?? 0;
    const range = count === 0 ? {} : { range: [-0.5, count - 0.5] };
    const options = {
      width: 940,
      height: 360,
      scales: {
        x: { time: false, ...range },
        y: count === 0 ? {} : { range: (_, _least, most) => [0, 1.1 * (most || 1)] },
      },
      series: seriesOf(plot),
      axes: axesOf(plot, columns[0]),
    };
    new uPlot(options, columns, places[at]);
  });
})();
