import { useEffect } from 'react';
import { usePreferences } from '@/lib/preferences/preferences';

/** The chosen density where the style sheets see it. */
export function DensityAttribute() {
  const [{ density }] = usePreferences();
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  return null;
}
