import { expect, it } from 'vitest';
import { transportOptionsIn } from '../../../src/toolchain/apt-transport.js';

it('passes on proxies and authorities, and nothing that makes apt check less', () => {
  const dump = [
    'APT "";',
    'Acquire::http "";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::http::Proxy::intern.example "DIRECT";',
    'Acquire::https::CaInfo "/etc/ssl/own.pem";',
    'Acquire::https::Proxy "";',
    'Acquire::https::Verify-Peer "false";',
    'Acquire::Check-Valid-Until "false";',
    'APT::Get::AllowUnauthenticated "true";',
  ].join('\n');
  expect(transportOptionsIn(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::http::Proxy::intern.example "DIRECT";',
    'Acquire::https::CaInfo "/etc/ssl/own.pem";',
  ]);
});
