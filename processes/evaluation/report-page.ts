import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One line of a plot, or one set of bars: points with ascending x. */
export interface ReportSeries {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A figure to compare with, drawn dashed from side to side. */
export interface ReportLine {
  readonly label: string;
  readonly y: number;
}

/** A plot of a report. */
export interface ReportPlot {
  readonly title: string;
  /** What stands on the axes. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly ReportSeries[];
  readonly lines?: readonly ReportLine[];
  /** Names of the places 0, 1, 2 … on the x axis: the series are drawn as bars. */
  readonly names?: readonly string[];
}

/** A table of a report. */
export interface ReportTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a report says. */
export interface ReportContent {
  readonly title: string;
  /** Sentences below the title: what was run, on what. */
  readonly remarks: readonly string[];
  readonly plots: readonly ReportPlot[];
  readonly tables: readonly ReportTable[];
}

const require = createRequire(import.meta.url);

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 980px; margin: 2em auto; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; }
table { border-collapse: collapse; } th, td { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.plot { overflow-x: auto; }
.uplot:not(:hover) .u-legend .u-value { visibility: hidden; }`;

/** Lays out a report as one HTML page that needs nothing beside itself: the plots' library (uPlot) stands in it. */
export function reportPage({ title, remarks, plots, tables }: ReportContent): string {
  const places = plots.map((plot) => `<h2>${escape(plot.title)}</h2>\n<div class="plot"></div>`);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)}</title>`,
    `<style>${library('uplot/dist/uPlot.min.css')}${STYLE}</style>`,
    `</head><body>\n<h1>${escape(title)}</h1>`,
    ...remarks.map((remark) => `<p>${escape(remark)}</p>`),
    ...places,
    ...tables.map(tableElement),
    `<script type="application/json" id="plots">${inScript(JSON.stringify(plots))}</script>`,
    `<script>${inScript(library('uplot/dist/uPlot.iife.min.js'))}</script>`,
    `<script>${inScript(readFileSync(new URL('report-plots.mjs', import.meta.url), 'utf8'))}</script>`,
    '</body></html>\n',
  ].join('\n');
}

function library(path: string): string {
  return readFileSync(require.resolve(path), 'utf8');
}

function tableElement({ title, header, rows }: ReportTable): string {
  const row = (cells: readonly string[], name: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${name}>${escape(cell)}</${name}>`).join('')}</tr>`;
  const lines = [row(header, 'th'), ...rows.map((cells) => row(cells, 'td'))];
  return `<h2>${escape(title)}</h2>\n<table>\n${lines.join('\n')}\n</table>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}

/** Nothing within a script may look like its end, or like a comment's begin; in JSON and in strings `\x3c` is `<`. */
function inScript(text: string): string {
  return text.replace(/<(?=\/script|!--|script)/gi, '\\u003c');
}
