import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

/**
 * A mail's HTML in a frame that may run no script. It keeps this page's origin only so that its height can be measured;
 * without scripts that gives it no rights. Links open in a new tab.
 */
export function MailFrame({ html, title }: { html: string; title: string }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(160);
  const measure = (): void => {
    const body = frame.current?.contentDocument?.documentElement;
    if (body) setHeight(body.scrollHeight + 2);
  };
  return (
    <iframe
      ref={frame}
      class="mail"
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcdoc={`${html}<base target="_blank">`}
      style={{ height: `${height}px` }}
      onLoad={measure}
    />
  );
}
