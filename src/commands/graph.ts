import { BaseCommand, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { serverFlags, serverWish } from '../cli/server-flags.js';
import { readLab } from '../definition/read-lab.js';
import { chooseFormat, drawLab, GRAPH_FORMATS, type GraphFormat } from '../report/graph/formats.js';
import { writeReport } from '../report/write-report.js';

interface GraphResult {
  readonly format: GraphFormat;
  readonly text: string;
}

export default class Graph extends BaseCommand<typeof Graph> {
  static override summary = 'Draw what a lab consists of and how it is connected.';
  static override description =
    'Shows machines with their NICs, PFs and VFs (PCI address, MAC, IP address), backends, networks and peers. ' +
    'Starts nothing, and needs no other tool.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> quickstart -o quickstart.svg',
    '<%= config.bin %> <%= command.id %> quickstart --set machines.guest.nics.pf0.vfs=8',
    '<%= config.bin %> <%= command.id %> quickstart --format dot | dot -Tpdf > quickstart.pdf',
  ];
  static override args = { lab: labArgument };
  static override flags = {
    ...setFlag,
    ...serverFlags,
    format: Flags.option({
      options: GRAPH_FORMATS,
      description: 'default: from the extension of the output file, otherwise mermaid',
    })(),
    output: Flags.string({
      char: 'o',
      description: 'write to this file: .svg, .dot, .gv or .mmd',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<GraphResult> {
    const { args, flags } = await this.read(Graph);
    const format = chooseFormat(flags.format, flags.output);
    const text = drawLab(readLab(args.lab, flags.set, serverWish(flags)).lab, format);
    if (flags.output !== undefined) writeReport(flags.output, text);
    else if (!this.jsonEnabled()) process.stdout.write(text);
    return { format, text };
  }
}
