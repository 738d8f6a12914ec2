import { MachineError } from '../../errors/families.js';
import type { HostProcess, ProcessEnd } from '../../hosts/host.js';
import type { Service, ServicePlace } from '../../model/service.js';
import { waitFor } from '../../process/wait-for.js';
import { digestOf } from '../artefacts.js';
import { lengthOfLog, logFrom } from '../console-text.js';
import { acceleratorsOf, limitMsAt } from '../limits.js';
import type { PreparedLab } from '../prepare.js';
import { keyOf, logsCommand, type PartKey } from '../record.js';
import { machineAt } from '../services.js';
import type { Site } from '../site.js';
import { NETWORK } from './network.js';
import type { Kind, Part } from './part.js';

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

function placeNeeds(place: ServicePlace): PartKey[] {
  return typeof place === 'object' && 'machine' in place ? [`machine ${place.machine}`] : [NETWORK];
}

/** The last lines of a service's output, for an error. `from`: where in its log this run of it begins. */
function lastWords({ name }: Service, { folder }: Site, from: number): Error | undefined {
  const said = logFrom(folder.log(name), from).trim();
  return said === '' ? undefined : new Error(said.split('\n').slice(-LOG_LINES).join('\n'));
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
    needs: [...placeNeeds(on), ...service.needs],
    within: null,
    title: `Start ${name}`,
    up: async (site, { signal }) => {
      const host = await site.host(on, signal);
      const begins = lengthOfLog(site.folder.log(name));
      const process = await host.start(argv, `${name}.log`, (processes) => {
        site.update(key, processes);
      });
      return async () => {
        const asker = await site.host(ready.on, signal);
        const limitMs = limitMsAt(machineAt(on, prepared.lab), ready.limitMs, acceleratorsOf(prepared));
        const main = await waitFor(
          {
            ask: async () => {
              const seen = await process.identify();
              if (seen === undefined) return undefined;
              return (await asker.run(ready.argv, { signal })).exitCode === 0 ? seen : undefined;
            },
            everyMs: ready.everyMs,
            limitMs,
            never: ended(service, process, begins, site),
            late: (cause) => notReady(service, limitMs, site, cause),
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

async function ended(service: Service, process: HostProcess, begins: number, site: Site): Promise<Error> {
  const { exitCode, signal }: ProcessEnd = await process.ended;
  const how =
    exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`;
  const { folder } = site;
  const words = lastWords(service, site, begins);
  return new MachineError(
    {
      code: 'LAB-SERVICE-ENDED',
      message: `service ${service.name} ${how} before it was ready`,
      location: { file: folder.log(service.name) },
      hint: `see its whole output: ${logsCommand(folder.id, service.name)}`,
    },
    words === undefined ? {} : { cause: words },
  );
}

function notReady(service: Service, limitMs: number, { folder }: Site, cause: unknown): MachineError {
  return new MachineError(
    {
      code: 'LAB-SERVICE-NOT-READY',
      message: `service ${service.name} was not ready within ${Math.round(limitMs / 1000)} s`,
      location: { file: folder.log(service.name) },
      hint: `see its output: ${logsCommand(folder.id, service.name)}`,
    },
    cause === undefined ? {} : { cause },
  );
}
