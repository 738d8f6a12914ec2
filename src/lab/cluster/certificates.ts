import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate with its private key, as PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. */
export interface CertificateRequest {
  readonly commonName: string;
  /** The groups of a user of Kubernetes. */
  readonly organization?: string;
  readonly use: readonly ('client' | 'server')[];
  /** What clients call a server by. */
  readonly names?: { readonly addresses: readonly string[]; readonly dns: readonly string[] };
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const DAY_MS = 86_400_000;
/** A guest's clock may be behind this computer's. */
const EARLIER_MS = DAY_MS;
/** No lab is up for longer. */
const VALID_MS = 3650 * DAY_MS;
const SERIAL_BYTES = 16;

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function bytesOf(buffer: Uint8Array): ArrayBuffer {
  return Uint8Array.from(buffer).buffer;
}

function nameOf({ commonName, organization }: Pick<CertificateRequest, 'commonName' | 'organization'>): Name {
  const parts = [
    ...(organization === undefined ? [] : [{ type: ORGANIZATION, text: organization }]),
    { type: COMMON_NAME, text: commonName },
  ];
  return new Name(
    parts.map(({ type, text }) => {
      const value = new AttributeValue({ utf8String: text });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
    }),
  );
}

function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(bytesOf(key.export({ type: 'spki', format: 'der' })), SubjectPublicKeyInfo);
}

/** RFC 5280, 4.2.1.2: what tells the keys of one name apart. */
function keyIdentifier(key: KeyObject): KeyIdentifier {
  const { subjectPublicKey } = publicKeyInfo(key);
  return new KeyIdentifier(bytesOf(createHash('sha1').update(Buffer.from(subjectPublicKey)).digest()));
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

interface Wanted {
  readonly subject: Name;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

interface Issuer {
  readonly name: Name;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function signed({ subject, publicKey, extensions }: Wanted, issuer: Issuer): string {
  const now = Date.now();
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const serial = randomBytes(SERIAL_BYTES);
  // A positive number whose first byte is not 0, as DER has it.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytesOf(serial),
    signature: signatureAlgorithm,
    issuer: issuer.name,
    validity: new Validity({ notBefore: new Date(now - EARLIER_MS), notAfter: new Date(now + VALID_MS) }),
    subject,
    subjectPublicKeyInfo: publicKeyInfo(publicKey),
    extensions: new Extensions([
      ...extensions,
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey).buffer)),
      extension(
        id_ce_authorityKeyIdentifier,
        new AuthorityKeyIdentifier({ keyIdentifier: keyIdentifier(issuer.publicKey) }),
      ),
    ]),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.privateKey);
  return pem(
    AsnConvert.serialize(
      new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue: bytesOf(signature) }),
    ),
  );
}

/** Creates a certificate authority (ECDSA P-256), valid for ten years. */
export function newAuthority(commonName: string): Credential {
  const { privateKey, publicKey } = newKey();
  const name = nameOf({ commonName });
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature), true),
  ];
  const certificate = signed({ subject: name, publicKey, extensions }, { name, privateKey, publicKey });
  return { certificate, key: keyText(privateKey) };
}

function alternativeNames({ addresses, dns }: NonNullable<CertificateRequest['names']>): Extension {
  return extension(
    id_ce_subjectAltName,
    new SubjectAlternativeName([
      ...addresses.map((iPAddress) => new GeneralName({ iPAddress })),
      ...dns.map((dNSName) => new GeneralName({ dNSName })),
    ]),
  );
}

/** Issues a certificate with a new key (ECDSA P-256), valid for ten years. */
export function issue(authority: Credential, request: CertificateRequest): Credential {
  const { privateKey, publicKey } = newKey();
  const uses = request.use.map((use) => (use === 'client' ? id_kp_clientAuth : id_kp_serverAuth));
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage(uses)),
    ...(request.names === undefined ? [] : [alternativeNames(request.names)]),
  ];
  const issuer = AsnConvert.parse(derOf(authority.certificate), Certificate).tbsCertificate.subject;
  const certificate = signed(
    { subject: nameOf(request), publicKey, extensions },
    {
      name: issuer,
      privateKey: createPrivateKey(authority.key),
      publicKey: createPublicKey(authority.certificate),
    },
  );
  return { certificate, key: keyText(privateKey) };
}

function derOf(certificate: string): ArrayBuffer {
  return bytesOf(Buffer.from(certificate.replace(/-----[^-]+-----/g, ''), 'base64'));
}

/** A key pair without a certificate, as PEM: the API server signs service accounts’ tokens with it. */
export function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = newKey();
  return {
    privateKey: keyText(privateKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
