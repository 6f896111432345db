// The application's login: who may hear or say what is written into a token that Millrace only checks.
import {createHmac, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const SECONDS = 600;

/** @param folder the dev node's; its secret is what an issuer of your own would share with Millrace, or its key pair */
export function login(folder) {
  const secret = /secret = "([^"]+)"/.exec(readFileSync(join(folder, 'dev.conf'), 'utf8'))[1];
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (sub, grants) => {
    const iat = Math.floor(Date.now() / 1000);
    const payload = {iss: 'millrace-dev', sub, iat, exp: iat + SECONDS, jti: randomUUID(), millrace: {grants}};
    const signed = `${part({alg: 'HS256', kid: 'dev', typ: 'JWT'})}.${part(payload)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
}
