/** A long list of links of which only the rows in sight are drawn. Tab and the arrow keys go from row to row. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const rowHeight = 44;
const beyondSight = 5;
const nearEndRows = 50;

type RowsProps<T> = {
  items: readonly T[];
  /** Which columns there are: a class of the style sheet. */
  columns: string;
  head: readonly string[];
  idOf: (item: T) => string;
  href: (item: T) => string;
  cells: (item: T) => ComponentChildren;
  /** Called when the end of the list comes in sight. */
  onNearEnd: (() => void) | null;
};

export function Rows<T>({ items, columns, head, idOf, href, cells, onNearEnd }: RowsProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const measure = () => setSight({ top: box.current?.scrollTop ?? 0, height: box.current?.clientHeight ?? 800 });
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const first = Math.max(0, Math.floor(sight.top / rowHeight) - beyondSight);
  const last = Math.min(items.length, Math.ceil((sight.top + sight.height) / rowHeight) + beyondSight);
  useEffect(() => {
    if (sight.top > 0 && last > items.length - nearEndRows) onNearEnd?.();
  }, [last, items.length, sight.top, onNearEnd]);
  return (
    <div class={`table ${columns}`}>
      <div class="row head" aria-hidden="true">
        {head.map((title) => (
          <span key={title}>{title}</span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys only move the focus between the links in it */}
      <div
        class="scroll"
        ref={box}
        onScroll={({ currentTarget }) => setSight({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a.row')];
          const at = links.indexOf(document.activeElement as HTMLAnchorElement);
          if (step === 0 || at < 0) return;
          event.preventDefault();
          links[at + step]?.focus();
        }}
      >
        <ol style={{ height: `${items.length * rowHeight}px` }}>
          {items.slice(first, last).map((item, index) => (
            <li
              key={idOf(item)}
              aria-setsize={items.length}
              aria-posinset={first + index + 1}
              style={{ top: `${(first + index) * rowHeight}px`, height: `${rowHeight}px` }}
            >
              <a class="row" href={href(item)}>
                {cells(item)}
              </a>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
