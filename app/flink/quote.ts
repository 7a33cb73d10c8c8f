/** Values in the notations of the files Flink's processes read. Each function takes any text and gives what reads back as that text. */

const PLAIN_YAML = /^[A-Za-z/][\w./,-]*(:[\w./,-]+)*$/;
const YAML_WORDS = /^(true|false|yes|no|on|off|null|y|n)$/i;

/** A scalar of YAML 1.2 that is a string under any schema: plain where that is safe, else in double quotes. */
export function yamlScalar(value: string): string {
  return PLAIN_YAML.test(value) && !YAML_WORDS.test(value) ? value : doubleQuoted(value);
}

/** JSON's strings are YAML's, but for the breaks and invisible characters that JSON leaves as they are. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, unicodeEscape);
}

/**
 * A value of `flink-conf.yaml`, which is not YAML: the rest of the line, cut at the first `#` and trimmed, without quotes
 * (Flink 1.x, `GlobalConfiguration.loadLegacyYAMLResource`). Null when the value cannot be written.
 */
export function legacyFlinkValue(value: string): string | null {
  return value === '' || value !== value.trim() || /[#\r\n]/.test(value) ? null : value;
}

/** A value of a Java properties file, which is read as ISO 8859-1. */
export function propertiesValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/^ /, '\\ ')
    .replace(/[^\x20-\x7e]/g, unicodeEscape);
}

/** A value of Log4j 2's properties: `$$` keeps Log4j from looking up `${…}` itself. */
export function log4jValue(value: string): string {
  return propertiesValue(value.replaceAll('${', '$$$${'));
}

/** One word of a POSIX shell. */
export function shellWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * An environment value that YARN hands on as it is: its launch script writes `export NAME="value"` without any escaping
 * (Hadoop, `ContainerLaunch.UnixShellScriptBuilder.env`).
 */
export function yarnEnvironmentValue(value: string): string {
  return value.replace(/["\\$`]/g, '\\$&');
}

/** An environment value of a pod, where `$(NAME)` is a reference and `$$` a dollar. */
export function podEnvironmentValue(value: string): string {
  return value.replaceAll('$', '$$$$');
}

/** Text inside a comment: one line whatever it holds. */
export function commentText(value: string): string {
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
