import { MachineError } from '../../errors/families.js';
import type { HostProcess, MachineHost, ProcessEnd } from '../../hosts/host.js';
import type { Service, ServicePlace } from '../../model/service.js';
import { waitFor } from '../../process/wait-for.js';
import { digestOf } from '../artefacts.js';
import { scaledLimitMs } from '../limits.js';
import type { PreparedLab } from '../prepare.js';
import { keyOf, type LabFolder, type PartKey } from '../record.js';
import { NETWORK } from './network.js';
import type { Kind, Part } from './part.js';

const POLL_MS = 10;
const LOG_LINES = 8;

export const serviceKind: Kind = {
  words: {
    absent: 'it is not running',
    kept: 'it runs as defined',
    ended: 'its process has ended',
    changed: 'its command has changed',
    interrupted: 'an earlier `lab up` was interrupted while it started',
  },
  isThere: async ({ main, place }, site, signal) => {
    if (main === null || place === 'computer') return false;
    return (await site.host(place, signal)).isAlive(main);
  },
  down: async ({ starter, main }, _, host) => {
    for (const process of [main, starter]) if (process !== null) await host?.kill(process);
  },
};

function needsOf(place: ServicePlace): PartKey[] {
  return typeof place === 'object' && 'machine' in place ? [`machine ${place.machine}`] : [NETWORK];
}

function logOf({ name }: Service): string {
  return `${name}.log`;
}

/** The last lines of a service's output, for an error. */
async function lastWords(service: Service, host: MachineHost): Promise<Error | undefined> {
  const { stdout } = await host
    .run(['tail', '-n', String(LOG_LINES), logOf(service)])
    .catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? undefined : new Error(stdout.trim());
}

/** A program that keeps running at its place. It is ready when its readiness command succeeds. */
export function servicePart(prepared: PreparedLab, service: Service): Part {
  const { name, on, argv, ready } = service;
  const key = keyOf({ kind: 'service', name });
  return {
    kind: 'service',
    name,
    place: on,
    digest: digestOf(JSON.stringify(service)),
    needs: needsOf(on),
    within: null,
    title: `Start ${name}`,
    up: async (site, { signal }) => {
      const host = await site.host(on, signal);
      const process = await host.start(argv, logOf(service), (processes) => {
        site.update(key, processes);
      });
      return async () => {
        const limitMs = scaledLimitMs(ready.limitMs, prepared.acceleration.accelerator);
        const main = await waitFor(
          {
            ask: async () => {
              const seen = await process.identify();
              if (seen === undefined) return undefined;
              return (await host.run(ready.argv, { signal })).exitCode === 0 ? seen : undefined;
            },
            everyMs: POLL_MS,
            limitMs,
            never: ended(service, process, host, site.folder),
            late: (cause) => notReady(service, limitMs, site.folder, cause),
          },
          signal,
        );
        site.update(key, { main });
        site.log('service-ready', { service: name, pid: main.pid });
        process.detach();
      };
    },
  };
}

async function ended(
  service: Service,
  process: HostProcess,
  host: MachineHost,
  folder: LabFolder,
): Promise<Error> {
  const { exitCode, signal }: ProcessEnd = await process.ended;
  const how =
    exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`;
  const words = await lastWords(service, host);
  return new MachineError(
    {
      code: 'LAB-SERVICE-ENDED',
      message: `service ${service.name} ${how} before it was ready`,
      location: { file: folder.log(service.name) },
      hint: 'see its whole output: lab logs',
    },
    words === undefined ? {} : { cause: words },
  );
}

function notReady(service: Service, limitMs: number, folder: LabFolder, cause: unknown): MachineError {
  return new MachineError(
    {
      code: 'LAB-SERVICE-NOT-READY',
      message: `service ${service.name} was not ready within ${Math.round(limitMs / 1000)} s`,
      location: { file: folder.log(service.name) },
      hint: 'see its output: lab logs',
    },
    cause === undefined ? {} : { cause },
  );
}
