import { figuresOf } from './figures.mjs';

const WIDTH = 760;
const NAMES = 264;
const FIGURES = 66;
const BAR = 16;
const ROW = 24;
const HEAD = 34;

/** The cases in the chart. The tables show all cases. */
const PANELS = [
  { id: 'warm', title: 'Requests per second on one core: 200 tokens in rotation' },
  { id: 'cold', title: 'Requests per second on one core: every token new' },
];

/** Servers that check nothing are not peers. */
const FLOORS = ['nest-bare', 'raw'];

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; }
    .own { fill: #0969da; }
    .peer { fill: #afb8c1; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .own { fill: #4493f8; }
      .peer { fill: #57606a; }
    }
  `;

/** Draws horizontal bars, one panel per case, for dark and light pages. */
export function chart({ cases }) {
  let y = 0;
  const panels = PANELS.map(({ id, title }) => {
    const rows = cases[id].filter(({ contender }) => !FLOORS.includes(contender.id));
    const top = y;
    y += HEAD + rows.length * ROW + ROW / 2;
    return panel(title, rows, top);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" ` +
      `width="${WIDTH}" height="${y}" role="img" aria-label="${PANELS[0].title}">`,
    `  <style>${STYLE}</style>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panel(title, rows, top) {
  const most = Math.max(...rows.map(({ contender }) => figuresOf(rows, contender.id).median));
  const scale = (WIDTH - NAMES - FIGURES) / most;
  const lines = rows.flatMap(({ contender }, index) => {
    const { median, perSecond } = figuresOf(rows, contender.id);
    const y = top + HEAD + index * ROW;
    const length = Math.round(median * scale);
    const kind = contender.server.startsWith('this') ? 'own' : 'peer';
    return [
      text(NAMES - 8, y, contender.name, 'text-anchor="end"'),
      `  <rect class="${kind}" x="${NAMES}" y="${y}" width="${length}" height="${BAR}" rx="2"/>`,
      text(NAMES + length + 6, y, perSecond),
    ];
  });
  return [text(0, top + 4, title, 'class="title"'), ...lines].join('\n');
}

function text(x, top, content, attributes = '') {
  return `  <text x="${x}" y="${top + 13}" ${attributes}>${content}</text>`.replace(' >', '>');
}
