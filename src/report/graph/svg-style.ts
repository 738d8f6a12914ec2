import type { BoxKind } from './graph.js';

interface Look {
  /** Fill and stroke on a light page. */
  readonly light: readonly [fill: string, stroke: string];
  readonly dark: readonly [fill: string, stroke: string];
}

const looks: Record<Exclude<BoxKind, 'frame'>, Look> = {
  computer: { light: ['#f1f5f9', '#94a3b8'], dark: ['#0f172a', '#64748b'] },
  namespace: { light: ['#ffffff', '#94a3b8'], dark: ['#111c33', '#64748b'] },
  machine: { light: ['#f8fafc', '#475569'], dark: ['#1e293b', '#94a3b8'] },
  nic: { light: ['#ffffff', '#475569'], dark: ['#0f172a', '#94a3b8'] },
  pf: { light: ['#ffedd5', '#c2410c'], dark: ['#431407', '#fb923c'] },
  vf: { light: ['#dbeafe', '#1d4ed8'], dark: ['#172554', '#60a5fa'] },
  'vf-group': { light: ['#eff6ff', '#1d4ed8'], dark: ['#0f1b3d', '#60a5fa'] },
  backend: { light: ['#f3e8ff', '#7e22ce'], dark: ['#3b0764', '#c084fc'] },
  network: { light: ['#dcfce7', '#15803d'], dark: ['#052e16', '#4ade80'] },
  'control-plane': { light: ['#ccfbf1', '#0f766e'], dark: ['#042f2e', '#2dd4bf'] },
  'cluster-node': { light: ['#ccfbf1', '#0f766e'], dark: ['#042f2e', '#2dd4bf'] },
  peer: { light: ['#fef9c3', '#a16207'], dark: ['#422006', '#facc15'] },
};

function rules(theme: keyof Look): string[] {
  return Object.entries(looks).map(([kind, look]) => {
    const [fill, stroke] = look[theme];
    return `.${kind} rect { fill: ${fill}; stroke: ${stroke}; }`;
  });
}

/** The picture has its own background, so it is readable on any page. It follows the reader's light or dark theme. */
export const STYLE = [
  'text { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #0f172a; white-space: pre; }',
  '.t, .heading, .summary { font-family: Verdana, "DejaVu Sans", Arial, sans-serif; }',
  '.t, .heading { font-weight: bold; }',
  '.page { fill: #ffffff; }',
  '.link { fill: none; stroke: #64748b; stroke-width: 1.5; }',
  '.namespace rect { stroke-dasharray: 6 4; }',
  ...rules('light'),
  '@media (prefers-color-scheme: dark) {',
  ...[
    'text { fill: #f1f5f9; }',
    '.page { fill: #020617; }',
    '.link { stroke: #94a3b8; }',
    ...rules('dark'),
  ].map((rule) => `  ${rule}`),
  '}',
];
