/** A list that shows what the user does at once, takes it back where the service says no, and hears what others do. */
import { useEffect, useState, type FormEvent, type ReactElement } from 'react';
import { useChannel, useOptimisticUpdate, useRealtimeModule } from '@millrace/client/react';
import { show } from '../pages/frame';
import { call } from '../pages/page';

interface Horse {
  id: string;
  name: string;
  discipline: string;
  place: 'box' | 'paddock';
}

/** The list as it was after the event of that id. */
interface Loaded {
  horses: Horse[];
  after: string;
}

const DISCIPLINES = ['Dressage', 'Jumping', 'Eventing', 'Leisure'];
const CHANNEL = 'stable:12';
let added = 0;

function Stable(): ReactElement {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => void call<Loaded>('GET', 'horses').then(setLoaded), []);
  return (
    <>
      <h1>Stable no. 12</h1>
      <p className="lead">What you do is shown at once and saved a moment later. Open the page twice: the others see it too. Add a horse whose name is taken, and it goes again.</p>
      {loaded ? <Horses {...loaded} /> : <p>Loading…</p>}
    </>
  );
}

function Horses({ horses, after }: Loaded): ReactElement {
  // The list and the stream meet at one place: nothing is missed between them.
  useChannel(CHANNEL, { from: after, resume: false, keep: 1 });
  const { data, optimisticAdd, optimisticUpdate, optimisticRemove } = useOptimisticUpdate(horses, 'horses');
  const [refused, setRefused] = useState('');
  const [latest, setLatest] = useState('');
  useRealtimeModule<Horse>('horses', (action, { name }) => name && setLatest(`${name}: ${action}`));

  const attempt = (doing: Promise<unknown>): void => {
    setRefused('');
    doing.catch((failure: Error) => setRefused(failure.message));
  };
  const add = (name: string, discipline: string): void => {
    const horse = { name, discipline, place: 'box' } as const;
    attempt(optimisticAdd({ id: `new-${++added}`, ...horse }, call('POST', 'horses', horse)));
  };
  const move = ({ id, place }: Horse): void => {
    const change = { place: place === 'box' ? 'paddock' : 'box' } as const;
    attempt(optimisticUpdate(id, change, call('PATCH', `horses/${id}`, change)));
  };

  return (
    <>
      <NewHorse add={add} />
      {refused && <p className="note bad" role="alert">{refused}</p>}
      <ul className="horses">
        {data.map((horse) => (
          <HorseCard key={horse.id} horse={horse} move={() => move(horse)} remove={() => attempt(optimisticRemove(horse.id, call('DELETE', `horses/${horse.id}`)))} />
        ))}
      </ul>
      <p className="hint" role="status">{latest && `Latest: ${latest}`}</p>
    </>
  );
}

function NewHorse({ add }: { add(name: string, discipline: string): void }): ReactElement {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, discipline } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    add(name!.trim(), discipline!);
    form.reset();
  };
  return (
    <form className="card row" onSubmit={submit}>
      <div className="grow">
        <label htmlFor="name">Name</label>
        <input id="name" name="name" required maxLength={40} autoComplete="off" placeholder="Bella is taken" />
      </div>
      <div className="grow">
        <label htmlFor="discipline">Discipline</label>
        <select id="discipline" name="discipline">
          {DISCIPLINES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </div>
      <button className="primary">Add</button>
    </form>
  );
}

function HorseCard({ horse, move, remove }: { horse: Horse; move(): void; remove(): void }): ReactElement {
  const { id, name, discipline, place } = horse;
  const pending = id.startsWith('new-');
  return (
    <li className={pending ? 'card pending' : 'card come'} data-id={id}>
      <div className="row spread">
        <h2>{name}</h2>
        <span className={pending ? 'badge' : place === 'box' ? 'badge plain' : 'badge good'}>{pending ? 'saving' : `in the ${place}`}</span>
      </div>
      <span className="hint">{discipline}</span>
      <div className="row">
        <button className="small" disabled={pending} onClick={move} aria-label={`${name}: to the ${place === 'box' ? 'paddock' : 'box'}`}>
          {place === 'box' ? 'To the paddock' : 'To the box'}
        </button>
        <button className="small" disabled={pending} onClick={remove} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </div>
    </li>
  );
}

show(<Stable />);
