/** What a page shows of the connection. Colours and texts are said once here; `className` and the data attribute restyle. */
import type { CSSProperties, ReactElement, ReactNode } from 'react';
import { createElement } from 'react';
import { useStatus } from './hooks';

const COLOURS = { connected: '#15803d', reconnecting: '#a16207', disconnected: '#b91c1c', error: '#b91c1c' };

export interface BadgeProps {
  className?: string;
  style?: CSSProperties;
}

/** `Realtime: connected`, green; `reconnecting`, yellow; `disconnected` and `error`, red. */
export function RealtimeBadge({ className, style }: BadgeProps): ReactElement {
  const { status } = useStatus();
  const own: CSSProperties = { background: COLOURS[status], color: '#fff', borderRadius: 999, padding: '2px 10px', font: '600 12px/1.5 system-ui, sans-serif' };
  return createElement(
    'span',
    { role: 'status', className, 'data-status': status, style: className ? style : { ...own, ...style } },
    'Realtime: ' + status,
  );
}

export interface ConnectionLostProps extends BadgeProps {
  title?: ReactNode;
  children?: ReactNode;
}

/** A banner while the line is lost; not before the first attempt has failed, and not where the page has disconnected itself. */
export function ConnectionLost({
  title = 'Connection Lost',
  children = 'Real-time updates paused. Data will sync when connection is restored.',
  className,
  style,
}: ConnectionLostProps): ReactElement | null {
  const { status, attempt, error } = useStatus();
  if (status === 'connected' || !(attempt || error)) {
    return null;
  }
  const own: CSSProperties = { border: '1px solid #b91c1c', borderRadius: 6, padding: '8px 12px', font: '14px/1.5 system-ui, sans-serif' };
  return createElement(
    'div',
    { role: 'alert', className, 'data-status': status, style: className ? style : { ...own, ...style } },
    createElement('strong', null, title),
    createElement('div', null, children),
  );
}
