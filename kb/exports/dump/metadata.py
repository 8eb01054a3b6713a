"""What a dump says of itself: as a data package of Frictionless, and as Croissant.

Both say the same of each column; what a field is in is said in its description.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kb.exports.dump.contents import Contents, DumpFile
from kb.exports.dump.formats import CSV, JSONL, PARQUET, TABLE_FORMATS
from kb.exports.dump.tables import (
    ADDRESS,
    DAY,
    NUMBER,
    TABLES,
    TEXT,
    WHOLE,
    YES_NO,
    Column,
    Table,
)

DATA_PACKAGE, CROISSANT = "datapackage.json", "croissant.json"
_CROISSANT_TYPES: Mapping[str, str] = {
    TEXT: "sc:Text",
    NUMBER: "sc:Float",
    WHOLE: "sc:Integer",
    YES_NO: "sc:Boolean",
    DAY: "sc:Date",
    ADDRESS: "sc:URL",
}


def descriptions(contents: Contents) -> Mapping[str, str]:
    """The files that describe a dump, by their names."""
    described = {DATA_PACKAGE: _data_package(contents), CROISSANT: _croissant(contents)}
    return {
        name: json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        for name, data in described.items()
    }


def said_of(column: Column) -> str:
    """What a column says, in a sentence."""
    unit = f" Unit: {column.unit}." if column.unit else ""
    return f"{column.about}.{unit}"


def _data_package(contents: Contents) -> dict[str, Any]:
    """The tables in one format that the tools of Frictionless read: CSV where there is one."""
    formats = {one.format for one in contents.files}
    chosen = CSV if CSV in formats else next(iter(formats))
    package: dict[str, Any] = {
        "name": "dump",
        "title": contents.title,
        "description": contents.description,
        "version": contents.snapshot,
        "resources": [
            _resource(one, contents.url) for one in contents.files if one.format == chosen
        ],
    }
    if contents.url:
        package["homepage"] = contents.url
    if contents.licence:
        path = {"path": contents.licence_url} if contents.licence_url else {}
        package["licenses"] = [{"name": contents.licence.replace(" ", "-"), **path}]
    return package


def _resource(file: DumpFile, root: str) -> dict[str, Any]:
    table = file.table
    schema: dict[str, Any] = {
        "fields": [_field(column, root) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table.is_of_cases:
        reference = {"resource": TABLES[0].name, "fields": ["id"]}
        schema["foreignKeys"] = [{"fields": ["case"], "reference": reference}]
    return {
        "name": table.name,
        "title": table.title,
        "description": table.about,
        "path": file.name,
        "format": file.format,
        "mediatype": TABLE_FORMATS[file.format].media_type,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "schema": schema,
    }


def _field(column: Column, root: str) -> dict[str, Any]:
    """A column; an address that is a path is no ``uri``, and a plain text to Frictionless."""
    told = column.type_in(root)
    is_address = told == ADDRESS
    return {
        "name": column.name,
        "type": TEXT if is_address else told,
        **({"format": "uri"} if is_address else {}),
        "description": said_of(column),
    }


def _croissant(contents: Contents) -> dict[str, Any]:
    """Croissant 1.0 over Parquet where there is one: readers guess the types of the others."""
    formats = {one.format for one in contents.files}
    chosen = next(name for name in (PARQUET, JSONL, CSV) if name in formats)
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": contents.title,
        "description": contents.description,
        "version": contents.version,
        "distribution": [_file_object(one, contents) for one in contents.files],
        "recordSet": [
            _record_set(one.table, one.name, contents.url)
            for one in contents.files
            if one.format == chosen
        ],
    }
    if contents.url:
        data["url"] = contents.url
    if contents.day:
        data["datePublished"] = contents.day
    if contents.licence:
        data["license"] = contents.licence_url or contents.licence
    if contents.creator:
        data["creator"] = {"@type": "sc:Organization", "name": contents.creator}
    data["citeAs"] = f"{contents.title}, {contents.snapshot}."
    return data


def _file_object(file: DumpFile, contents: Contents) -> dict[str, Any]:
    address = f"{contents.url}/{file.name}" if contents.url else file.name
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": address,
        "encodingFormat": _CROISSANT_FORMATS[file.format],
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


#: The media types that Croissant knows the formats by.
_CROISSANT_FORMATS = {
    "csv": "text/csv",
    "jsonl": "application/jsonlines",
    "parquet": "application/x-parquet",
}


def _record_set(table: Table, file_name: str, root: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.about,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": list(_fields(table, file_name, root)),
    }


def _fields(table: Table, file_name: str, root: str) -> Iterable[dict[str, Any]]:
    for column in table.columns:
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{table.name}/{column.name}",
            "name": column.name,
            "description": said_of(column),
            "dataType": _CROISSANT_TYPES[column.type_in(root)],
            "source": {"fileObject": {"@id": file_name}, "extract": {"column": column.name}},
        }
        if table.is_of_cases and column.name == "case":
            field["references"] = {"field": {"@id": f"{TABLES[0].name}/id"}}
        yield field


#: The context that the specification gives.
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
