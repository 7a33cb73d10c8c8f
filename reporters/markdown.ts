/** What the small markdown dialects of chat channels have in common. They know no escapes, so the marks themselves are loosened. */

/** Text that stays text: no link, no tag, no mention. */
export function loosened(text: string): string {
  return text.replaceAll('](', '] (').replace(/<(?=[@a-z/!])/gi, '＜');
}

/** An address that cannot end its link early. */
export function markdownUrl(url: string): string {
  return url.replace(/[\s()<>[\]|"]/g, mark => `%${mark.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
