/** Several models answer one question at once, each on a channel of its own, all over one event stream. */
import { useMemo, useState, type FormEvent, type ReactElement } from 'react';
import { useSSE } from '@millrace/client/react';
import { show } from '../pages/frame';
import { call, token } from '../pages/page';

interface Council {
  id: string;
  models: string[];
}

interface Answer {
  text: string;
  score?: number;
  failure?: string;
}

const EMPTY: Answer = { text: '' };

function Page(): ReactElement {
  const [council, setCouncil] = useState<Council | undefined>(asked);
  const [question, setQuestion] = useState('Shall we run the spring campaign with the short video?');
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const called = await call<Council>('POST', 'councils', { question });
    history.pushState(null, '', `?council=${called.id}&models=${called.models}`);
    setCouncil(called);
  };
  return (
    <>
      <h1>Ask the council</h1>
      <p className="lead">Four models think aloud at once. Cut the line in the middle of a word, or reload: every text is whole.</p>
      <form className="card row" onSubmit={ask}>
        <div className="grow">
          <label htmlFor="question">Question</label>
          <input id="question" required maxLength={300} value={question} onChange={({ target }) => setQuestion(target.value)} />
        </div>
        <button className="primary">Ask</button>
      </form>
      {council && <Answers key={council.id} {...council} />}
    </>
  );
}

/** A council that the address names, so that it can be reloaded and sent around. */
function asked(): Council | undefined {
  const words = new URLSearchParams(location.search);
  const id = words.get('council');
  return id ? { id, models: words.get('models')!.split(',') } : undefined;
}

function useCouncil({ id, models }: Council) {
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const url = useMemo(() => {
    const channels = models.map((model) => ['channel', `council:${id}:${model}`]);
    return '/v1/events?' + new URLSearchParams([...channels, ['from', 'earliest'], ['envelope', 'full']]);
  }, [id, models]);
  const { isConnected, complete, error } = useSSE(url, {
    getToken: token,
    reconnectDelay: 500,
    maxReconnectAttempts: 100,
    onEvent({ channel, data, detail }, { type }) {
      const model = channel?.split(':')[2];
      const change = (to: (answer: Answer) => Partial<Answer>): void =>
        setAnswers((before) => ({ ...before, [model]: { ...(before[model] ?? EMPTY), ...to(before[model] ?? EMPTY) } }));
      type === 'council.chunk' && change(({ text }) => ({ text: text + data.chunk }));
      type === 'complete' && channel && change(() => ({ score: data.score }));
      type === 'problem' && channel && change(() => ({ failure: detail }));
    },
  });
  return { answers, isConnected, complete, error };
}

function Answers(council: Council): ReactElement {
  const { answers, isConnected, complete, error } = useCouncil(council);
  const scores = Object.values(answers).flatMap(({ score }) => score ?? []);
  const mean = Math.round((100 * scores.reduce((sum, score) => sum + score, 0)) / scores.length);
  return (
    <>
      <p className={complete ? 'note good' : 'note'} role="status" data-state={complete ? 'complete' : isConnected ? 'streaming' : 'waiting'}>
        {complete
          ? `The council says ${mean} of 100; ${scores.length} of ${council.models.length} have voted.`
          : isConnected
            ? 'The council is thinking.'
            : error
              ? 'The line is cut; what is said meanwhile comes when it is back.'
              : 'Calling the council.'}
      </p>
      <div className="council">
        {council.models.map((model) => (
          <Model key={model} name={model} answer={answers[model] ?? EMPTY} />
        ))}
      </div>
    </>
  );
}

function Model({ name, answer }: { name: string; answer: Answer }): ReactElement {
  const { text, score, failure } = answer;
  const over = score !== undefined || !!failure;
  return (
    <section className="card" aria-label={name} aria-busy={!over} data-model={name}>
      <div className="row spread">
        <h2>{name}</h2>
        <span className={failure ? 'badge bad' : over ? 'badge good' : 'badge'}>{failure ? 'failed' : over ? 'done' : 'thinking'}</span>
      </div>
      <p className="text">
        <span data-text>{text}</span>
        {!over && <span className="caret" aria-hidden="true" />}
      </p>
      {failure && <p className="hint">{failure}</p>}
      {score !== undefined && (
        <div className="meter">
          <progress className="thin" max="1" value={score} aria-label={`Score of ${name}`} />
          <span className="num">{Math.round(score * 100)}</span>
        </div>
      )}
    </section>
  );
}

show(<Page />, { badge: false });
