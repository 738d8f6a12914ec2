import { basename } from 'node:path';
import type { Host } from '../hosts/host.js';
import type { ScriptOutput } from './check.js';
import { TapStream } from './tap-stream.js';

/** Runs a check's script in a peer and reads the TAP from its standard output. `path` is relative to the lab's folder. */
export async function runPeerScript(
  peer: Host,
  path: string,
  options: { limitMs: number; signal: AbortSignal; onLine: (line: string) => void },
): Promise<ScriptOutput> {
  const stream = new TapStream(basename(path));
  try {
    const { stdout, stderr } = await peer.run(['sh', path], {
      timeoutMs: options.limitMs,
      signal: options.signal,
    });
    for (const line of [
      ...stdout.split('\n'),
      ...stderr.split('\n').map((text) => (text === '' ? '' : `# stderr: ${text}`)),
    ]) {
      if (line === '') continue;
      stream.line(line);
      options.onLine(line);
    }
    return stream.end();
  } catch (error) {
    options.signal.throwIfAborted();
    return stream.end(error instanceof Error ? error.message : String(error));
  }
}
