/** A table of workers: what they are by events, what they shall be by commands, and the badge that says whether it is live. */
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { useChannel, useCommand, useRealtime } from '@millrace/client/react';
import type { MillraceEvent } from '@millrace/client';
import { show } from '../pages/frame';
import { call } from '../pages/page';

type State = 'running' | 'starting' | 'stopping' | 'stopped' | 'terminated';

interface Worker {
  id: string;
  status: State;
  cpu: number;
  memory: number;
  labs: number;
}

interface Loaded {
  workers: Worker[];
  after: string;
}

const COLOURS: Record<State, string> = { running: 'good', starting: '', stopping: '', stopped: 'plain', terminated: 'bad' };

function Workers(): ReactElement {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => void call<Loaded>('GET', 'workers').then(setLoaded), []);
  return (
    <>
      <h1>Workers</h1>
      <p className="lead">Lifecycle, telemetry and labs as they change. Start and stop are commands: kept by Millrace, carried out by the service, answered by events.</p>
      {loaded ? <Table {...loaded} /> : <p>Loading…</p>}
    </>
  );
}

function Table({ workers, after }: Loaded): ReactElement {
  const [rows, setRows] = useState(() => new Map(workers.map((worker) => [worker.id, worker])));
  const take = useCallback((fields: Worker, { type }: MillraceEvent) => {
    type.startsWith('worker.') && setRows((before) => new Map(before).set(fields.id, { ...before.get(fields.id)!, ...fields }));
  }, []);
  const { error } = useChannel<Worker>('workers', { from: after, resume: false, keep: 1, onEvent: take });
  const desired = useDesired();
  return (
    <>
      {error && <p className="note bad" role="alert">{error.message}</p>}
      <div className="card scroll" role="region" aria-label="All workers" tabIndex={0}>
        <table>
          <thead>
            <tr><th>Worker</th><th>Status</th><th>CPU</th><th>Memory</th><th className="num">Labs</th><th>Act</th></tr>
          </thead>
          <tbody>
            {[...rows.values()].map((worker) => (
              <Row key={worker.id} worker={worker} desired={desired[worker.id]} />
            ))}
          </tbody>
        </table>
      </div>
      <Toasts />
    </>
  );
}

/** What each worker shall be: the channel's state, then every change of it. */
function useDesired(): Record<string, State> {
  const [desired, setDesired] = useState<Record<string, State>>({});
  useChannel<{ key: string; value: State }>('desired:lab', {
    from: 'state',
    resume: false,
    keep: 1,
    onState: setDesired,
    onEvent: ({ key, value }) => setDesired((before) => ({ ...before, [key]: value })),
  });
  return desired;
}

function Row({ worker, desired }: { worker: Worker; desired?: State }): ReactElement {
  const { id, status, cpu, memory, labs } = worker;
  const { send, isPending, error } = useCommand('desired:lab', 'set');
  const gone = status === 'terminated';
  const next = status === 'running' ? 'stopped' : 'running';
  const busy = isPending || gone || status === 'starting' || status === 'stopping' || (!!desired && desired !== status);
  const act = next === 'running' ? 'Start' : 'Stop';
  return (
    <tr className={gone ? 'gone' : ''} data-worker={id}>
      <th scope="row">{id}</th>
      <td><span className={`badge ${COLOURS[status]}`}>{status}</span></td>
      <td><Meter of={`CPU of ${id}`} percent={cpu} /></td>
      <td><Meter of={`Memory of ${id}`} percent={memory} /></td>
      <td className="num">{labs}</td>
      <td>
        <button className="small" disabled={busy} onClick={() => void send({ key: id, value: next }).catch(() => {})} aria-label={`${act} ${id}`}>{act}</button>
        {error && <span role="alert"> {error.message}</span>}
      </td>
    </tr>
  );
}

const Meter = ({ of, percent }: { of: string; percent: number }): ReactElement => (
  <div className="meter">
    <progress className="thin" max="100" value={percent} aria-label={of} />
    <span className="num">{percent} %</span>
  </div>
);

/** Word of who comes and goes. */
function Toasts(): ReactElement {
  const { subscribe } = useRealtime();
  const [toast, setToast] = useState('');
  useEffect(() => {
    const releases = [
      subscribe<Worker>('worker.created', ({ id }) => setToast(`${id} is here`)),
      subscribe<Worker>('worker.terminated', ({ id }) => setToast(`${id} has been terminated`)),
    ];
    return () => releases.forEach((release) => release());
  }, [subscribe]);
  useEffect(() => {
    const timer = setTimeout(() => setToast(''), 5000);
    return () => clearTimeout(timer);
  }, [toast]);
  return <div className="toasts" role="status">{toast && <p className="come">{toast}</p>}</div>;
}

show(<Workers />);
