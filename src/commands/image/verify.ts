import { BaseCommand, ExitCode } from '../../cli/base-command.js';
import { imageArgument, imageFlags } from '../../cli/image-flags.js';
import { bootFlags, bootLimitMs, toolFlags } from '../../cli/tool-flags.js';
import { tapFlag, withTestOutput } from '../../cli/test-output.js';
import type { TestResult } from '../../results/run.js';
import { findImage } from '../../lab/find-image.js';
import { verifyImage } from '../../lab/verify-image.js';

export default class ImageVerify extends BaseCommand<typeof ImageVerify> {
  static override summary = 'Boot an image, and test each of its components.';
  static override description =
    'Builds the image if it is not in the cache. Exit code: 0 all components work, 1 one does not, 3 the guest did not come up.';
  static override examples = ['<%= config.bin %> <%= command.id %> debian-13'];
  static override args = { image: imageArgument };
  static override flags = {
    ...imageFlags,
    ...bootFlags,
    ...tapFlag,
    mirror: toolFlags.mirror,
    accel: toolFlags.accel,
    qemu: toolFlags.qemu,
  };

  async run(): Promise<TestResult> {
    const { args, flags } = await this.read(ImageVerify);
    const image = findImage(args.image, flags.lab);
    const { environment } = this;
    const { qemu, mirror } = flags;
    const options = {
      toolchain: { environment, qemu, mirror, kernelFlavour: image.kernelFlavour },
      acceleration: flags.accel,
      bootLimitMs: bootLimitMs(flags),
    };
    const task = await this.task();
    const wishes = { json: this.jsonEnabled(), tap: flags.tap };
    const result = await withTestOutput(args.image, wishes, async (onResult) =>
      verifyImage(image, { ...options, onResult }, task),
    );
    process.exitCode = result.checks.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.checkFailed;
    return result;
  }
}
