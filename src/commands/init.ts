import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../cli/base-command.js';
import { DEFAULT_NIC_MODEL, nicModel, nicModelNames } from '../devices/catalog.js';
import { INIT_BACKENDS, initLab } from '../lab/init-lab.js';

interface InitResult {
  readonly lab: string;
  readonly folder: string;
  readonly files: readonly string[];
}

export default class Init extends BaseCommand<typeof Init> {
  static override summary = 'Start a lab of your own: a folder with a working definition.';
  static override description =
    'Writes lab.yaml, a README.md that says what to do with it, and lab.schema.json, with which editors complete keys and mark ' +
    'mistakes (the first line of lab.yaml names it; the editor needs the YAML language server). Nothing is overwritten.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> my-lab',
    '<%= config.bin %> <%= command.id %> my-lab --vfs 8 --backend user',
    '<%= config.bin %> <%= command.id %> my-cluster --kubernetes --vfs 2',
    '<%= config.bin %> <%= command.id %> my-lab -o /tmp/anywhere --dry-run',
  ];
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      description: 'the lab’s name: a lowercase letter, then at most 14 lowercase letters, digits and dashes',
      required: true,
    }),
  };
  static override flags = {
    model: Flags.option({
      options: nicModelNames().filter((name) => nicModel(name).maxVfs > 0),
      default: DEFAULT_NIC_MODEL,
      description: 'the model of its NIC',
    })(),
    vfs: Flags.integer({ default: 3, min: 1, description: 'how many VFs the NIC can have' }),
    backend: Flags.option({
      options: INIT_BACKENDS,
      default: 'tap',
      description:
        'where packets go: taps on a network with a server, or QEMU’s isolated user-mode network; ' +
        'not for storage devices',
    })(),
    kubernetes: Flags.boolean({
      description: 'a Kubernetes cluster: its control plane, and a node whose pods get the VFs',
    }),
    output: Flags.string({
      char: 'o',
      description: 'the folder; by default one with the lab’s name, here',
      helpValue: 'DIR',
    }),
    'dry-run': Flags.boolean({ description: 'show what would be written, and write nothing' }),
  };

  async run(): Promise<InitResult> {
    const { args, flags } = await this.read(Init);
    const { model, vfs, backend, kubernetes, output: folder = args.name } = flags;
    const files = initLab(folder, { name: args.name, model, vfs, backend, kubernetes }, flags['dry-run']);
    for (const file of files) this.log(file);
    if (!flags['dry-run']) this.log(`try it: lab test ${folder}`);
    return { lab: args.name, folder, files };
  }
}
