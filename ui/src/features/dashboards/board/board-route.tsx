import { useParams, useSearch } from '@tanstack/react-router';
import { BoardPage } from './board-page';

/** The dashboard of the URL. */
export function BoardRoute() {
  const { id } = useParams({ from: '/dashboards/$id' });
  const search = useSearch({ from: '/dashboards/$id' });
  return <BoardPage id={id} search={search} />;
}
