import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { listening, netserver } from '../../../src/model/service.js';

it('is ready when something listens on the address and port, and not before', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [program, ...args] = listening('namespace', '127.0.0.1', port).argv;
  execFileSync(program, args);
  const [, ...elsewhere] = listening('namespace', '127.0.0.2', port).argv;
  expect(spawnSync(program, elsewhere).status).toBe(1);
  server.close();
  await once(server, 'close');
  expect(spawnSync(program, args).status).toBe(1);
});

it('a netserver is the same service whoever asks for it, and stays in the foreground', () => {
  const service = netserver({ peer: 'external' }, '10.0.0.1');
  expect(service).toEqual(netserver({ peer: 'external' }, '10.0.0.1'));
  expect(service.name).toBe('netserver-external');
  expect(service.argv).toContain('-D');
  expect(netserver('namespace', '127.0.0.1').name).toBe('netserver-namespace');
});
