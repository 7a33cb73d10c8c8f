/**
 * Certificate authorities of tests: X.509 certificates (RFC 5280) on P-256 keys, written here because neither Node nor the JDK makes them
 * without another program. Every text is PEM; keys are PKCS #8.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const DAY_MS = 86_400_000;
const OID = {
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  /** Its own certificate: what clients must know to trust those it issues. */
  readonly ca: string;
  /** A certificate for these hosts (IPv4 addresses or names); without any it is a client's. `expired` is over since yesterday. */
  issue(name: string, hosts?: readonly string[], options?: { readonly expired?: boolean }): TestCertificate;
}

/** A new authority that signs itself. */
export function createAuthority(name: string): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const validity = { from: now - 2 * DAY_MS, to: now + 2 * DAY_MS };
  const isAuthority = extension(OID.basicConstraints, sequence(der(0x01, Buffer.from([0xff]))), true);
  const own = { subject: name, issuer: name, signer: privateKey };
  return {
    ca: certificate({ ...own, subjectKey: publicKey, validity, extensions: [isAuthority] }),
    issue(subject, hosts = [], { expired = false } = {}) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const cert = certificate({
        subject,
        issuer: name,
        signer: privateKey,
        subjectKey: pair.publicKey,
        validity: expired ? { from: validity.from, to: now - DAY_MS } : validity,
        extensions: hosts.length === 0 ? [] : [extension(OID.subjectAltName, sequence(...hosts.map(hostName)), false)],
      });
      return { cert, key: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    },
  };
}

function certificate(of: {
  readonly subject: string;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subjectKey: KeyObject;
  readonly validity: { readonly from: number; readonly to: number };
  readonly extensions: readonly Buffer[];
}): string {
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)]));
  const body = sequence(
    version3,
    serial,
    algorithm,
    nameOf(of.issuer),
    sequence(time(of.validity.from), time(of.validity.to)),
    nameOf(of.subject),
    of.subjectKey.export({ type: 'spki', format: 'der' }),
    ...(of.extensions.length === 0 ? [] : [der(0xa3, sequence(...of.extensions))]),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, of.signer)]);
  const base64 = sequence(body, algorithm, der(0x03, signature)).toString('base64').replace(/.{64}/g, '$&\n').trim();
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

/** A tag, the length, the content (X.690). */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap(arc => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId(OID.commonName), der(0x0c, Buffer.from(commonName)))));
}

/** UTCTime, to the second. */
function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(objectId(id), ...critical, der(0x04, value));
}

/** A GeneralName: iPAddress or dNSName. */
function hostName(host: string): Buffer {
  const isAddress = /^\d+(\.\d+){3}$/.test(host);
  return isAddress ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}
