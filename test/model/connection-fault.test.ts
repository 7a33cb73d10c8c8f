import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionFault, tlsFault } from '../../model/connection-fault.ts';

const PLACE = { peer: 'broker k:9093', addresses: 'kafka.brokers', tls: 'kafka.tls', hasCertificate: false };

const FAULTS: readonly (readonly [
  sentence: string,
  error: { code?: string; message: string },
  kind: ConnectionFault['kind'],
  remedy: RegExp,
])[] = [
  [
    'an authority that is not known',
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: 'unable to verify the first certificate' },
    'authority',
    /kafka\.tls\.ca \(PEM\)$/,
  ],
  ['the same by its words', { message: 'self-signed certificate in certificate chain' }, 'authority', /kafka\.tls\.ca/],
  ['the same in older words', { message: 'unable to get local issuer certificate' }, 'authority', /kafka\.tls\.ca/],
  [
    'a certificate that is over',
    { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' },
    'validity',
    /has expired; renew/,
  ],
  ['one that is not valid yet', { message: 'certificate is not yet valid' }, 'validity', /not valid yet; .*clock$/],
  [
    'a certificate of another name',
    {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: "Hostname/IP does not match certificate's altnames: Host: k. is not in the cert's altnames: DNS:kafka-1",
    },
    'host-name',
    /\(Host: k\. is not in the cert's altnames: DNS:kafka-1\); write a name of the certificate in kafka\.brokers/,
  ],
  [
    'a broker that wants a certificate',
    {
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      message: 'x:error:0A00045C:SSL routines::tlsv13 alert certificate required',
    },
    'client-certificate',
    /set kafka\.tls\.cert and kafka\.tls\.key$/,
  ],
  [
    'Java’s word for it',
    {
      code: 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
      message: 'x:error:0A000412:SSL routines:f:ssl/tls alert bad certificate',
    },
    'client-certificate',
    /set kafka\.tls\.cert/,
  ],
  [
    'an answer in the clear',
    { message: 'x:error:0A00010B:SSL routines:f:wrong version number:c:77:' },
    'speaks-no-tls',
    /take kafka\.tls away/,
  ],
  [
    'a handshake that is hung up on',
    { code: 'ECONNRESET', message: 'Client network socket disconnected before secure TLS connection was established' },
    'speaks-no-tls',
    /take kafka\.tls away/,
  ],
  [
    'what OpenSSL has other words for',
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', message: '40:error:0A000102:SSL routines:f:unsupported protocol' },
    'tls',
    /^TLS with broker k:9093 fails: SSL routines:f:unsupported protocol; check kafka\.tls$/,
  ],
];
for (const [sentence, error, kind, remedy] of FAULTS) {
  test(`${sentence} is told with the setting to change`, () => {
    const fault = tlsFault(error, PLACE);

    assert.equal(fault?.kind, kind);
    assert.match(fault.text, remedy);
    assert.match(fault.text, /broker k:9093/);
  });
}

test('a client certificate that is there is named when it is refused', () => {
  const error = { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', message: 'tlsv1 alert unknown ca' };

  assert.match(
    tlsFault(error, { ...PLACE, hasCertificate: true })?.text ?? '',
    /does not accept .* in kafka\.tls\.cert$/,
  );
});

const OTHERS = [
  'connect ECONNREFUSED 127.0.0.1:9093',
  'getaddrinfo ENOTFOUND k',
  'read ECONNRESET',
  'Connection timeout',
];
for (const message of OTHERS)
  test(`"${message}" is no fault of TLS`, () => assert.equal(tlsFault({ message }, PLACE), null));
