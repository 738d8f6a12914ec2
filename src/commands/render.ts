import { BaseCommand, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { readLab } from '../definition/read-lab.js';
import { writeRendered } from '../lab/write-rendered.js';

interface RenderResult {
  readonly lab: string;
  readonly folder: string;
  readonly files: readonly string[];
  /** The command of a suitable QEMU, with `--images`. */
  readonly qemu: string | null;
}

export default class Render extends BaseCommand<typeof Render> {
  static override summary = 'Write the plain files from which a lab runs.';
  static override description =
    'Writes the networks as a shell script, QEMU’s arguments one per line, the checks’ scripts, and a README that explains how to ' +
    'run it all by hand, without this tool. `lab up` runs these same files.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart -o /tmp/quickstart',
    '<%= config.bin %> <%= command.id %> quickstart -o /tmp/quickstart --images',
    '<%= config.bin %> <%= command.id %> quickstart -o /tmp/quickstart --set machines.guest.memory=1G',
  ];
  static override args = { lab: labArgument };
  static override flags = {
    ...setFlag,
    output: Flags.string({
      char: 'o',
      required: true,
      description: 'the folder; created if it does not exist',
      helpValue: 'DIR',
    }),
    accel: Flags.option({
      options: ['kvm', 'tcg'] as const,
      default: 'tcg',
      description: 'the accelerator named beside the checks’ figures',
    })(),
    images: Flags.boolean({
      description: 'also link the kernels and initramfs that the machines boot, and name a suitable QEMU',
    }),
    qemu: toolFlags.qemu,
    kernel: toolFlags.kernel,
    modules: toolFlags.modules,
    kubernetes: toolFlags.kubernetes,
    mirror: toolFlags.mirror,
    force: Flags.boolean({ char: 'f', description: 'write into a folder that is not empty' }),
  };

  async run(): Promise<RenderResult> {
    const { args, flags } = await this.read(Render);
    const read = readLab(args.lab, flags.set);
    const { lab } = read;
    const files = writeRendered(lab, flags.output, { accelerator: flags.accel, force: flags.force });
    for (const file of files) this.log(file);
    if (!flags.images) return { lab: lab.name, folder: flags.output, files, qemu: null };
    // Loaded only now: loading the code that builds images takes longer than writing the artefacts.
    const { linkImages } = await import('../lab/link-images.js');
    const qemu = await linkImages(
      read,
      flags.output,
      toolchainOptions(flags, this.environment),
      await this.task(),
    );
    this.log(`run it: QEMU=${qemu} ${flags.output}/run.sh`);
    return { lab: lab.name, folder: flags.output, files, qemu };
  }
}
