import type { Mail } from './mailer.ts';

/** Leads to the page that sets a new password: the one that `link` names for the end, else the app's. */
export function resetMail(to: string, link: string, token: string, appUrl: string): Mail {
  const page = new URL(new URL(link).searchParams.get('callbackURL') || `${appUrl}/reset-password`, appUrl);
  page.searchParams.set('token', token);
  const url = page.href;
  const text = [
    'Somebody, probably you, asked for a new password for this address.',
    '',
    `Set it here within an hour: ${url}`,
    '',
    'If it was not you, do nothing: the password stays as it is.',
  ];
  return { to, subject: 'Set a new password', text: text.join('\n'), url, token };
}

export function verificationMail(to: string, link: string, token: string, appUrl: string): Mail {
  const url = endAtApp(link, appUrl);
  const text = [
    `Please confirm that this address is yours: ${url}`,
    '',
    'If you do not know why you get this, do nothing.',
  ];
  return { to, subject: 'Confirm your address', text: text.join('\n'), url, token };
}

export function linkMail(to: string, link: string, token: string, appUrl: string): Mail {
  const url = endAtApp(link, appUrl);
  const text = [
    `Sign in with this link, within ten minutes and once: ${url}`,
    '',
    'If you did not ask for it, do nothing.',
  ];
  return { to, subject: 'Sign in', text: text.join('\n'), url, token };
}

export function codeMail(to: string, otp: string): Mail {
  const text = [
    `Your code is ${otp}. It is good for ten minutes.`,
    '',
    'If you did not ask for it, do nothing.',
  ];
  return { to, subject: 'Your code', text: text.join('\n'), token: otp };
}

/** Whoever did not say where the link should end gets to the app: the server itself has no page at `/`. */
function endAtApp(link: string, appUrl: string): string {
  const url = new URL(link);
  if (url.searchParams.get('callbackURL') === '/') url.searchParams.set('callbackURL', `${appUrl}/`);
  return url.href;
}
