import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { BootImage } from '../../../src/images/boot-image.js';
import { GuestAgent, type GuestExecResult } from '../../../src/qemu/guest-agent.js';
import { toSocket } from '../../../src/qemu/unix-socket.js';
import type { Toolchain } from '../../../src/toolchain/types.js';

const BOOT_LIMIT_MS = 120_000;
const COMMAND_LIMIT_MS = 60_000;

/** A guest without a lab: an image in a QEMU, under emulation, with the devices that `devices` adds. */
export class BootedImage {
  readonly #agent: GuestAgent;
  readonly #end: () => Promise<void>;

  private constructor(agent: GuestAgent, end: () => Promise<void>) {
    this.#agent = agent;
    this.#end = end;
  }

  static async boot(
    image: BootImage,
    toolchain: Toolchain,
    options: { readonly devices: readonly string[]; readonly append: string },
  ): Promise<BootedImage> {
    const folder = mkdtempSync(join(tmpdir(), 'lab-image-'));
    const [program, ...first] = toolchain.qemu.command;
    const qemu = execa(
      program,
      [
        ...first,
        ...['-accel', 'tcg', '-cpu', 'max', '-smp', '2', '-m', '2048', '-no-reboot'],
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'file:console'],
        ...['-kernel', image.kernel, '-initrd', image.initrd],
        ...['-append', `console=ttyS0 quiet panic=-1 nokaslr mitigations=off ${options.append}`],
        ...['-device', 'virtio-serial-pci,id=serial,addr=0x1d'],
        ...['-chardev', 'socket,id=agent,path=agent,server=on,wait=off'],
        ...['-device', 'virtserialport,bus=serial.0,chardev=agent,name=org.qemu.guest_agent.0'],
        ...options.devices,
      ],
      { cwd: folder, reject: false, stdin: 'ignore' },
    );
    const end = async (): Promise<void> => {
      qemu.kill('SIGKILL');
      await qemu;
      rmSync(folder, { recursive: true });
    };
    const ended = new AbortController();
    void qemu.then(() => {
      ended.abort();
    });
    try {
      const limit = AbortSignal.any([ended.signal, AbortSignal.timeout(BOOT_LIMIT_MS)]);
      return new BootedImage(await GuestAgent.open(toSocket(join(folder, 'agent')), limit), end);
    } catch (error) {
      await end();
      throw new Error(`the image did not come up: ${(await qemu).stderr}`, { cause: error });
    }
  }

  async shell(script: string): Promise<GuestExecResult> {
    return this.#agent.run(['sh', '-c', script], { timeoutMs: COMMAND_LIMIT_MS });
  }

  /** What a script writes; it has to succeed. */
  async output(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.shell(script);
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${script}\n${stdout}${stderr}`);
    return stdout;
  }

  async dispose(): Promise<void> {
    this.#agent.close();
    await this.#end();
  }
}
