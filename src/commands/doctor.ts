import { BaseCommand, ExitCode } from '../cli/base-command.js';
import { toolFlags, toolchainOptions } from '../cli/tool-flags.js';
import { examine, lacksSomethingRequired, type Probe } from '../toolchain/doctor.js';
import { outputWidth } from '../cli/output-width.js';
import { probeTable } from '../report/probe-table.js';

interface DoctorResult {
  readonly ok: boolean;
  readonly probes: readonly Probe[];
}

const { qemu, kernel, modules, mirror, kubernetes } = toolFlags;

export default class Doctor extends BaseCommand<typeof Doctor> {
  static override summary = 'Show what labs need on this computer, what is there, and how to get the rest.';
  static override description =
    'Each line is the result of an actual probe, such as running a guest under KVM for an instant or creating a namespace. ' +
    'Nothing is fetched or changed. The exit code is 2 if something is missing that every lab needs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --qemu ~/qemu/build/qemu-system-x86_64',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = { qemu, kernel, modules, mirror, kubernetes };

  async run(): Promise<DoctorResult> {
    const { flags } = await this.read(Doctor);
    const probes = await examine(toolchainOptions(flags, this.environment), await this.task());
    const ok = !lacksSomethingRequired(probes);
    this.log(probeTable(probes, outputWidth()));
    process.exitCode = ok ? ExitCode.passed : ExitCode.wrong;
    return { ok, probes };
  }
}
