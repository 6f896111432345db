// What the page asks its own port. The token is kept in this tab and sent in the header; it is never in an address.

const KEPT = 'millrace.token';

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  set: value => sessionStorage.setItem(KEPT, value),
  forget: () => sessionStorage.removeItem(KEPT),
};

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `answered ${status}`);
    this.status = status;
    this.code = problem?.code ?? '';
  }
}

export async function call(path, options = {}) {
  const headers = {...options.headers};
  const known = token.get();
  if (known) headers.Authorization = `Bearer ${known}`;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`api/${path}`, {...options, headers, cache: 'no-store'});
  if (response.status === 401) window.dispatchEvent(new Event('login-needed'));
  if (!response.ok) {
    let problem = null;
    try { problem = await response.json(); } catch { /* not JSON: the status says enough */ }
    throw new Refused(response.status, problem);
  }
  return response;
}

export const get = async path => (await call(path)).json();
export const post = async (path, body) => (await call(path, {method: 'POST', body: JSON.stringify(body)})).json();
export const remove = async path => (await call(path, {method: 'DELETE'})).json();
export const part = encodeURIComponent;
