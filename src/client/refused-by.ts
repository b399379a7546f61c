import type { ResponseError } from './request.js';
import { RequestError } from './request.js';

/** What one of the API's HTTP addresses said instead of doing what was asked. Reads the body. */
export async function refusedBy(response: Response): Promise<RequestError> {
  const text = (await response.text()).trim();
  const errors = errorsIn(text);
  if (errors) return new RequestError(response.status, errors);
  const said = text === '' || text.startsWith('<') ? '' : ` ${text.slice(0, 500)}`;
  return new RequestError(response.status, [{ message: `The server answered with HTTP ${response.status}.${said}` }]);
}

function errorsIn(text: string): readonly ResponseError[] | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly ResponseError[] };
    return Array.isArray(errors) && errors.length > 0 ? errors : undefined;
  } catch {
    // Not JSON: a proxy's page, or plain text.
    return undefined;
  }
}
