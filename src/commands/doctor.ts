import { BaseCommand, ExitCode, Flags } from '../cli/base-command.js';
import { toolFlags, toolchainOptions } from '../cli/tool-flags.js';
import { examine, lacksSomethingRequired, type Probe } from '../toolchain/doctor.js';
import { outputWidth } from '../cli/output-width.js';
import { readLab } from '../definition/read-lab.js';
import { examineLab } from '../lab/examine-lab.js';
import { doctorSentence } from '../report/doctor-sentence.js';
import { probeTable } from '../report/probe-table.js';

interface DoctorResult {
  readonly ok: boolean;
  /** What all probes together mean. */
  readonly summary: string;
  readonly probes: readonly Probe[];
}

const { qemu, kernel, modules, mirror, kubernetes } = toolFlags;

export default class Doctor extends BaseCommand<typeof Doctor> {
  static override summary = 'Show what labs need on this computer, what is there, and how to get the rest.';
  static override description =
    'Each line is the result of an actual probe, such as running a guest under KVM for an instant or creating a namespace. ' +
    'Nothing is fetched or changed. The exit code is 2 if something is missing that every lab needs, or with --for, that the lab needs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --for k8s',
    '<%= config.bin %> <%= command.id %> --qemu ~/qemu/build/qemu-system-x86_64',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = {
    qemu,
    kernel,
    modules,
    mirror,
    kubernetes,
    for: Flags.string({ description: 'ask what this lab needs', helpValue: 'LAB' }),
  };

  async run(): Promise<DoctorResult> {
    const { flags } = await this.read(Doctor);
    const read = flags.for === undefined ? undefined : readLab(flags.for);
    const options = toolchainOptions(flags, this.environment);
    const task = await this.task();
    const probes = await (read === undefined ? examine(options, task) : examineLab(read, options, task));
    const ok = !lacksSomethingRequired(probes);
    const summary = doctorSentence(probes, read?.lab);
    this.log(probeTable(probes, outputWidth()));
    this.log(`\n${summary}`);
    process.exitCode = ok ? ExitCode.passed : ExitCode.wrong;
    return { ok, summary, probes };
  }
}
