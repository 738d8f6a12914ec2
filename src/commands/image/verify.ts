import { BaseCommand, ExitCode } from '../../cli/base-command.js';
import { imageArgument, imageFlags } from '../../cli/image-flags.js';
import { bootFlags, bootLimitMs, toolFlags } from '../../cli/tool-flags.js';
import type { TestResult } from '../../results/run.js';
import { findImage } from '../../lab/find-image.js';
import { verifyImage } from '../../lab/verify-image.js';
import { checkToTap, tapEnd, tapHead } from '../../report/tap.js';

export default class ImageVerify extends BaseCommand<typeof ImageVerify> {
  static override summary = 'Boot an image, test each of its components, and report in TAP 14.';
  static override description =
    'Builds the image if it is not in the cache. Exit code: 0 all components work, 1 one does not, 3 the guest did not come up.';
  static override examples = ['<%= config.bin %> <%= command.id %> debian-13'];
  static override args = { image: imageArgument };
  static override flags = {
    ...imageFlags,
    ...bootFlags,
    mirror: toolFlags.mirror,
    accel: toolFlags.accel,
    qemu: toolFlags.qemu,
  };

  async run(): Promise<TestResult> {
    const { args, flags } = await this.read(ImageVerify);
    const json = this.jsonEnabled();
    let reported = 0;
    const image = findImage(args.image, flags.lab);
    const result = await verifyImage(
      image,
      {
        toolchain: {
          environment: this.environment,
          qemu: flags.qemu,
          mirror: flags.mirror,
          kernelFlavour: image.kernelFlavour,
        },
        acceleration: flags.accel,
        bootLimitMs: bootLimitMs(flags),
        onResult: (check) => {
          reported += 1;
          if (!json) process.stdout.write(`${reported === 1 ? tapHead() : ''}${checkToTap(check, reported)}`);
        },
      },
      await this.task(),
    );
    if (!json) process.stdout.write(tapEnd(result));
    process.exitCode = result.checks.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.checkFailed;
    return result;
  }
}
