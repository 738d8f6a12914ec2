import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  issue,
  newAuthority,
  newKeyPair,
  type Credential,
} from '../../../../src/lab/cluster/certificates.js';

const DAY_MS = 86_400_000;
let authority: Credential;
let ca: X509Certificate;

beforeEach(() => {
  authority = newAuthority('sriov-lab k8s');
  ca = new X509Certificate(authority.certificate);
});

describe('a certificate authority', () => {
  it('signs itself, and may sign others', () => {
    expect(ca.subject).toBe('CN=sriov-lab k8s');
    expect(ca.issuer).toBe(ca.subject);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(ca.checkPrivateKey(createPrivateKey(authority.key))).toBe(true);
    expect(Date.parse(ca.validTo)).toBeGreaterThan(Date.now() + 3000 * DAY_MS);
    for (const line of authority.certificate.trim().split('\n')) expect(line.length).toBeLessThanOrEqual(64);
  });

  it('is another one each time', () => {
    const other = new X509Certificate(newAuthority('sriov-lab k8s').certificate);
    expect(other.serialNumber).not.toBe(ca.serialNumber);
    expect(ca.verify(other.publicKey)).toBe(false);
    // Of 16 bytes, positive, and its first one not 0.
    for (const { serialNumber } of [ca, other]) expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe('an issued certificate', () => {
  let key: string;
  let issued: X509Certificate;

  beforeEach(() => {
    const credential = issue(authority, {
      commonName: 'system:node:guest',
      organization: 'system:nodes',
      use: ['client', 'server'],
      names: { addresses: ['10.0.0.10', '127.0.0.1'], dns: ['guest'] },
    });
    key = credential.key;
    issued = new X509Certificate(credential.certificate);
  });

  it('names its owner, its group and what it is called by', () => {
    expect(issued.subject).toBe('O=system:nodes\nCN=system:node:guest');
    expect(issued.subjectAltName).toBe('IP Address:10.0.0.10, IP Address:127.0.0.1, DNS:guest');
    expect(issued.checkIP('10.0.0.10')).toBe('10.0.0.10');
    expect(issued.checkIP('10.0.0.11')).toBeUndefined();
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
  });

  it('is the authority’s, fits its key, and signs nobody', () => {
    expect(issued.checkIssued(ca)).toBe(true);
    expect(issued.verify(ca.publicKey)).toBe(true);
    expect(issued.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(issued.ca).toBe(false);
    expect(issued.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('is valid for clocks that are behind, and for years', () => {
    expect(Date.parse(issued.validFrom)).toBeLessThan(Date.now() - DAY_MS / 2);
    expect(Date.parse(issued.validTo)).toBeGreaterThan(Date.now() + 3000 * DAY_MS);
  });

  it('without names or a group has neither', () => {
    const admin = new X509Certificate(issue(authority, { commonName: 'admin', use: ['client'] }).certificate);
    expect(admin.subject).toBe('CN=admin');
    expect(admin.subjectAltName).toBeUndefined();
    expect(admin.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });
});

describe('a key pair', () => {
  it('signs with one key what the other verifies', () => {
    const { privateKey, publicKey } = newKeyPair();
    const token = Buffer.from('a token');
    const signature = sign('sha256', token, createPrivateKey(privateKey));
    expect(verify('sha256', token, createPublicKey(publicKey), signature)).toBe(true);
  });
});
