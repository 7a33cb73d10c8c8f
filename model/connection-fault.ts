/** Why somebody the daemon connects to cannot be reached, in words that name the setting to change. */
export interface ConnectionFault {
  /** The same for the same cause, whichever address, attempt or words: a change of it is news. */
  readonly kind:
    | 'authority'
    | 'validity'
    | 'host-name'
    | 'client-certificate'
    | 'speaks-tls'
    | 'speaks-no-tls'
    | 'tls'
    | 'login'
    | 'rights'
    | 'away';
  /** One sentence, without secrets. */
  readonly text: string;
}

/** Where in the configuration a connection is described. */
export interface ConnectionPlace {
  /** Who was asked, for people: `broker k:9093`. */
  readonly peer: string;
  /** Path of the addresses: `kafka.brokers`. */
  readonly addresses: string;
  /** Path of the TLS settings: `kafka.tls`. */
  readonly tls: string;
  /** Whether a client certificate is set there. */
  readonly hasCertificate: boolean;
}

const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'CERT_SIGNATURE_FAILURE',
]);
/** Alerts of the other side that are about our certificate, as OpenSSL names them. */
const CERTIFICATE_ALERT =
  /ALERT_(BAD_CERTIFICATE|CERTIFICATE_(REQUIRED|UNKNOWN|EXPIRED|REVOKED)|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/i;
/** What OpenSSL says where the other side answers in the clear. */
const NO_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_OVERFLOW|BAD_RECORD_TYPE)$/;

/** The fault of TLS behind an error of Node's sockets, by its code; null when it is none. */
export function tlsFault(
  error: { readonly code?: unknown; readonly message: string },
  { peer, addresses, tls, hasCertificate }: ConnectionPlace,
): ConnectionFault | null {
  const code = typeof error.code === 'string' ? error.code : '';
  if (UNKNOWN_AUTHORITY.has(code)) {
    const text = `the certificate of ${peer} is signed by an authority that is not trusted here; name that authority's certificate in ${tls}.ca (PEM)`;
    return { kind: 'authority', text };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return {
      kind: 'validity',
      text: `the certificate of ${peer} ${when}; renew it there, or set this machine's clock`,
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = /(Host: .*|IP: .*|Cert does not .*)$/.exec(error.message)?.[1] ?? error.message;
    const text = `the certificate of ${peer} is for other names (${names}); write a name of the certificate in ${addresses}, or have it issued for this one`;
    return { kind: 'host-name', text };
  }
  if (CERTIFICATE_ALERT.test(code)) {
    const remedy = hasCertificate
      ? `it does not accept the client certificate in ${tls}.cert`
      : `it wants a client certificate: set ${tls}.cert and ${tls}.key`;
    return { kind: 'client-certificate', text: `${peer} refuses the TLS handshake; ${remedy}` };
  }
  if (NO_TLS.test(code) || /before secure TLS connection was established/.test(error.message)) {
    const text = `${peer} does not answer in TLS; take ${tls} away, or write the port where it speaks TLS in ${addresses}`;
    return { kind: 'speaks-no-tls', text };
  }
  if (/^ERR_(SSL|TLS|OSSL)_/.test(code)) {
    const words = error.message.replace(/^[^:]*:error:[0-9A-F]+:/, '').trim();
    return { kind: 'tls', text: `TLS with ${peer} fails: ${words}; check ${tls}` };
  }
  return null;
}
