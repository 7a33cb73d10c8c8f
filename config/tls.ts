/** TLS of a connection that the daemon opens: whom it trusts, and how it shows who it is. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { environmentSecret, fileSecret, secretField, secretReference } from './secret.ts';

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;
const CONVERT = 'PEM is expected; keytool -exportcert -rfc and openssl pkcs12 convert other stores';

/** PEM: the text itself, the path of a file, `{env: NAME}` or `{file: PATH}`; files are read anew for every connection. */
const pemField = secretReference.transform((value, context) => {
  try {
    if (typeof value !== 'string') return 'env' in value ? environmentSecret(value.env) : fileSecret(value.file);
    return value.trimStart().startsWith('-----BEGIN') ? new Secret(value) : fileSecret(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const certificateField = pemField.superRefine((pem, context) => {
  const found = pem.reveal().match(CERTIFICATE) ?? [];
  try {
    for (const one of found) new X509Certificate(one);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `a certificate cannot be read: ${(error as Error).message}` });
  }
  if (found.length === 0) context.addIssue({ code: 'custom', message: `no certificate is in it; ${CONVERT}` });
});

const tlsObject = z
  .strictObject({
    /** Authorities to trust instead of those Node brings along. */
    ca: certificateField.optional(),
    /** Client certificate, with the chain behind it, and its private key. */
    cert: certificateField.optional(),
    key: pemField.optional(),
    key_password: secretField.optional(),
    reject_unauthorized: z.boolean().default(true),
  })
  .superRefine(({ cert, key, key_password: password }, context) => {
    const say = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (cert && !key) say('cert', 'a client certificate needs its private key: set key beside it');
    if (key && !cert) say('key', 'a private key needs its client certificate: set cert beside it');
    if (!cert || !key) return;
    try {
      const opened = createPrivateKey({ key: key.reveal(), passphrase: password?.reveal() ?? '' });
      if (!new X509Certificate(cert.reveal()).checkPrivateKey(opened))
        say('key', 'it is not the private key of the certificate in cert');
    } catch {
      say('key', `no private key can be read from it; ${CONVERT}; an encrypted one needs key_password`);
    }
  });

/** What the schema makes of `tls: {…}`. */
export type Tls = z.output<typeof tlsObject>;

/** `tls: true`, `false` or `{ca, cert, key, …}`; true is TLS with the authorities Node brings along. */
export const tlsField = switchable(tlsObject);

/** The same for who only wants to know what is set: no file is looked at. */
export const tlsReferences = switchable(
  z.strictObject({
    ca: secretReference.optional(),
    cert: secretReference.optional(),
    key: secretReference.optional(),
    key_password: secretReference.optional(),
    reject_unauthorized: z.boolean().default(true),
  }),
);

/** A union with booleans would tell every mistake inside as "Invalid input". */
function switchable<S extends z.ZodType>(settings: S) {
  return z.unknown().transform((value, context): z.output<S> | false => {
    if (value === false) return false;
    if (value !== true && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      context.addIssue({ code: 'custom', message: 'expected true, false or {ca, cert, key}' });
      return z.NEVER;
    }
    const parsed = settings.safeParse(value === true ? {} : value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
      for (const key of keys)
        context.addIssue({ code: 'custom', path: [...issue.path, key], message: `unknown key "${key}"` });
      if (keys.length === 0) context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
    }
    return z.NEVER;
  });
}
