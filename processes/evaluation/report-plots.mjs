/* Runs in the page of a report: draws the plots that stand beside it as JSON. uPlot stands above it. */
(function drawPlots() {
  const { document, uPlot } = globalThis;
  const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];
  const greys = ['#777', '#aaa', '#555', '#bbb'];
  const plots = JSON.parse(document.getElementById('plots').textContent);
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

  function seriesOf({ x, series, lines = [], names }) {
    const bars = names === undefined ? undefined : uPlot.paths.bars({ size: [0.6, 80] });
    const drawn = series.map(({ label, points }, at) => ({
      label,
      stroke: colours[at % colours.length],
      fill: bars === undefined ? undefined : `${colours[at % colours.length]}99`,
      width: 2,
      spanGaps: true,
      points: { show: bars === undefined && points.length <= 60 },
      paths: bars,
    }));
    const dashed = lines.map(({ label }, at) => ({
      label,
      stroke: greys[at % greys.length],
      dash: [6, 4],
      points: { show: false },
    }));
    return [{ label: x }, ...drawn, ...dashed];
  }

  function axesOf({ x, y, names }) {
    const named =
      names === undefined
        ? {}
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
    const count = plot.names?.length ?? 0;
    const range = count === 0 ? {} : { range: [-0.5, count - 0.5] };
    const options = {
      width: 940,
      height: 360,
      scales: {
        x: { time: false, ...range },
        y: count === 0 ? {} : { range: { min: { hard: 0 } } },
      },
      series: seriesOf(plot),
      axes: axesOf(plot),
    };
    new uPlot(options, columnsOf(plot), places[at]);
  });
})();
