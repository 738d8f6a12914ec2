/** The layers of docs/architecture.md, top to bottom. A module imports from its own layer or a lower one. */
const layers = [
  ['commands'],
  ['cli'],
  ['report'],
  ['lab'],
  ['results'],
  ['bench'],
  ['checks', 'definition'],
  ['devices', 'render', 'images'],
  ['hosts', 'qemu', 'toolchain'],
  ['process', 'model'],
  ['errors'],
];

const folder = (names) => `^src/(${names.join('|')})/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'definition-knows-no-process',
      comment: 'A definition is read, judged and resolved without starting or rendering anything.',
      severity: 'error',
      from: { path: folder(['definition']) },
      to: { path: folder(['bench', 'hosts', 'qemu', 'toolchain', 'process', 'render']) },
    },
    {
      name: 'checks-know-no-definition',
      severity: 'error',
      from: { path: folder(['checks', 'bench']) },
      to: { path: folder(['definition']) },
    },
    ...layers.slice(1).map((names, index) => ({
      name: `${names.join('-')}-imports-downwards`,
      severity: 'error',
      from: { path: folder(names) },
      to: { path: folder(layers.slice(0, index + 1).flat()) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
