/** The two ways to read an event stream, as transports. */
import type { Api } from '../api';
import type { Transport } from '../wire';
import { eventSource } from './eventsource';
import { eventStream } from './eventstream';
import { fetchSource } from './fetch-source';

export const sse = (api: Api): Transport => eventStream(fetchSource, 'full', api);

export const native = (api: Api): Transport => eventStream(eventSource, 'unnamed', api);
