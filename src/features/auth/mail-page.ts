import type { SentMail } from './mailer.ts';

/** `/dev/mail`: what would have been sent, newest first, for a browser. */
export function renderMailPage(mails: readonly SentMail[]): string {
  const items = mails.map(renderMail).join('\n') || '<p>Nothing has been sent yet.</p>';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mail</title></head>
<body>
<h1>Mail</h1>
<p>Nothing leaves this machine while SMTP_URL is not set; it is shown here instead.</p>
${items}
</body>
</html>
`;
}

function renderMail({ to, subject, text, url, at }: SentMail): string {
  const link = url === undefined ? '' : `<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`;
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)}, <time>${escapeHtml(at)}</time></p>
<pre>${escapeHtml(text)}</pre>
${link}
</article>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
