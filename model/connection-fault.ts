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

/** By the codes of Node's errors, and by their words where a library passes on nothing else (`X509_verify_cert_error_string`, OpenSSL's alerts). */
const UNKNOWN_AUTHORITY =
  /UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|SELF_SIGNED_CERT|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE_FAILURE|unable to (verify the first|get (local )?issuer) certificate|self[- ]signed certificate/;
const EXPIRED = /CERT_HAS_EXPIRED|certificate has expired/;
const NOT_YET_VALID = /CERT_NOT_YET_VALID|certificate is not yet valid/;
const OTHER_NAME = /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/;
/** Alerts of the other side that are about our certificate. */
const CERTIFICATE_ALERT =
  /alert[ _](bad[ _]certificate|certificate[ _](required|unknown|expired|revoked)|unknown[ _]ca|handshake[ _]failure|access[ _]denied)/i;
/** What OpenSSL and Node say where the other side answers in the clear, or hangs up on a handshake. */
const NO_TLS =
  /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|SSL_HTTP_REQUEST|record[ _]overflow|bad[ _]record[ _]type|before secure TLS connection was established/i;
const OTHER_TLS = /^ERR_(SSL|TLS|OSSL)_|:SSL routines:/;

/** The fault of TLS behind an error of Node's sockets; null when it is none. */
export function tlsFault(
  error: { readonly code?: unknown; readonly message: string },
  { peer, addresses, tls, hasCertificate }: ConnectionPlace,
): ConnectionFault | null {
  const { message } = error;
  const signs = `${typeof error.code === 'string' ? error.code : ''} ${message}`.trim();
  if (UNKNOWN_AUTHORITY.test(signs)) {
    const text = `the certificate of ${peer} is signed by an authority that is not trusted here; name that authority's certificate in ${tls}.ca (PEM)`;
    return { kind: 'authority', text };
  }
  if (EXPIRED.test(signs) || NOT_YET_VALID.test(signs)) {
    const when = EXPIRED.test(signs) ? 'has expired' : 'is not valid yet';
    return {
      kind: 'validity',
      text: `the certificate of ${peer} ${when}; renew it there, or set this machine's clock`,
    };
  }
  if (OTHER_NAME.test(signs)) {
    const names = /(Host: .*|IP: .*|Cert does not .*)$/.exec(message)?.[1] ?? message;
    const text = `the certificate of ${peer} is for other names (${names}); write a name of the certificate in ${addresses}, or have it issued for this one`;
    return { kind: 'host-name', text };
  }
  if (CERTIFICATE_ALERT.test(signs)) {
    const remedy = hasCertificate
      ? `it does not accept the client certificate in ${tls}.cert`
      : `it wants a client certificate: set ${tls}.cert and ${tls}.key`;
    return { kind: 'client-certificate', text: `${peer} refuses the TLS handshake; ${remedy}` };
  }
  if (NO_TLS.test(signs)) {
    const text = `${peer} does not answer in TLS; take ${tls} away, or write the port where it speaks TLS in ${addresses}`;
    return { kind: 'speaks-no-tls', text };
  }
  if (OTHER_TLS.test(signs)) {
    const words = message.replace(/^.*?:error:[0-9A-F]+:/, '').trim();
    return { kind: 'tls', text: `TLS with ${peer} fails: ${words}; check ${tls}` };
  }
  return null;
}
