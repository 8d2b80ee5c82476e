import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { QueryTemplate } from '@/api/saved';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { useSavedApi } from '@/components/saved/use-saved';
import { SkeletonRows } from '@/components/skeleton-rows';
import { hasWords } from './library';
import { QueryDetail } from './query-detail';
import classes from './saved-page.module.css';
import { useQueryActions } from './use-query-actions';
import { useSavedSearch } from './use-saved-search';

/** Ready-made queries by category: look at one, try it, save it. */
export function TemplatesView() {
  const saved = useSavedApi();
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => saved.templates(signal),
    staleTime: Infinity,
  });
  const [search, change] = useSavedSearch();
  const actions = useQueryActions();
  if (templates.data === undefined) {
    return templates.isError ? (
      <ErrorState
        title="The templates could not be listed"
        error={templates.error}
        onRetry={() => void templates.refetch()}
      />
    ) : (
      <SkeletonRows count={12} />
    );
  }
  const { items, categories } = templates.data;
  const found = items.filter((template) => hasWords(template, search.q));
  const open = items.find(({ id }) => id === search.open) ?? null;
  return (
    <div className={classes.library} data-open={open !== null || undefined}>
      <div className={classes.templates}>
        {found.length === 0 && (
          <EmptyState
            title="No template is like this"
            action={
              <Button variant="default" onClick={() => change({ q: undefined })}>
                Show all
              </Button>
            }
          />
        )}
        {categories.map((category) => (
          <Category
            key={category}
            category={category}
            templates={found.filter((template) => template.category === category)}
            openId={open?.id ?? null}
          />
        ))}
      </div>
      {open !== null && (
        <QueryDetail
          key={open.id}
          opening={{ source: 'templates', query: open }}
          saved={null}
          actions={
            <Button variant="default" onClick={() => actions.save(open)}>
              Save as…
            </Button>
          }
        />
      )}
    </div>
  );
}

interface CategoryProps {
  category: string;
  templates: QueryTemplate[];
  openId: string | null;
}

function Category({ category, templates, openId }: CategoryProps) {
  const [, change] = useSavedSearch();
  if (templates.length === 0) return null;
  return (
    <section aria-label={category}>
      <h2 className={classes.category}>{category}</h2>
      <div className={classes.cards}>
        {templates.map(({ id, name, description, language }) => (
          <button
            key={id}
            type="button"
            className={classes.card}
            aria-expanded={id === openId}
            onClick={() => change({ open: id === openId ? undefined : id })}
          >
            <span className={classes.cardName}>
              {name}
              <span className={classes.cardLanguage}>{language === 'sql' ? 'SQL' : 'Search'}</span>
            </span>
            <span className={classes.cardText}>{description}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
