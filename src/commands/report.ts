import { BaseCommand, Flags } from '../cli/base-command.js';
import { runArgument } from '../cli/run-argument.js';
import { findRun } from '../results/find.js';
import { reportFor } from '../report/run-formats.js';
import { writeReport } from '../report/write-report.js';

interface ReportResult {
  readonly runs: readonly string[];
  readonly files: readonly string[];
}

export default class Report extends BaseCommand<typeof Report> {
  static override summary = 'Write a report about runs: one self-contained HTML file.';
  static override description =
    'With several runs, the later ones are compared with the first, for example before and after a patch to QEMU. A second -o ' +
    'writes the same run as JSON (`lab schema result` describes it), JUnit or TAP.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart -o report.html',
    '<%= config.bin %> <%= command.id %> quickstart -o report.html -o report.json',
    '<%= config.bin %> <%= command.id %> offload-tap-20260102-030405-678 offload-tap-20260102-040506-789 -o report.html',
  ];
  static override strict = false;
  static override args = { run: runArgument };
  static override flags = {
    output: Flags.string({
      char: 'o',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
      description: 'file to write: .html, .json, .xml (JUnit) or .tap; may be repeated',
      helpValue: 'FILE',
    }),
  };
  static override usage = ['<%= command.id %> RUN... -o FILE'];

  async run(): Promise<ReportResult> {
    const { argv, flags } = await this.read(Report);
    const runs = argv.map((name) => findRun(this.environment.state, name));
    const reports = flags.output.map((file) => ({ file, text: reportFor(file, runs) }));
    for (const { file, text } of reports) {
      writeReport(file, text);
      this.log(file);
    }
    return { runs: runs.map(({ id }) => id), files: flags.output };
  }
}
