"""Reads exported files as other programs do, and prints what is in them as JSON.

usage: read_export.py FILE.xlsx|FILE.parquet
"""

import json
import sys


def workbook(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheets = {}
    for sheet in book.worksheets:
        rows = [[cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row] for row in sheet.values]
        sheets[sheet.title] = {
            "rows": rows,
            "charts": len(sheet._charts),
            "frozen": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "formats": [cell.number_format for cell in sheet[2]] if sheet.max_row > 1 else [],
            "formulas": sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row),
        }
    return sheets


def parquet(path):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    return {
        "columns": {field.name: str(field.type) for field in table.schema},
        "count": table.num_rows,
        # Python's own times have no nanoseconds.
        "rows": [
            {name: getattr(value, "value", None) if "time" in name.lower() else value.as_py() for name, value in row}
            for row in (
                [(name, table[name][at]) for name in table.column_names] for at in range(min(3, table.num_rows))
            )
        ],
    }


if __name__ == "__main__":
    path = sys.argv[1]
    print(json.dumps(workbook(path) if path.endswith(".xlsx") else parquet(path)))
