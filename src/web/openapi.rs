//! The description of the API (OpenAPI 3.1), made from the one route table: a route that isn't in the table doesn't exist, and one
//! that is can't be left out.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::route::{Access, Route, Shape};

/// The whole description.
pub fn describe(routes: &[Route], base_url: &str) -> Value {
    let mut schemas = BTreeMap::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    schemas.insert("Problem".to_owned(), problem_schema());
    for route in routes.iter().filter(|r| r.is_api()) {
        let operation = operation(route, &mut schemas);
        paths.entry(route.path).or_default().insert(route.method.as_str().to_lowercase(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "燕赵 API", "version": env!("CARGO_PKG_VERSION"), "description": "地理标志登记与追溯。金额以分，重量以克，面积以平方米，时间为 RFC 3339 UTC，日期为北京时间 YYYY-MM-DD。" },
        "servers": [{ "url": base_url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, schemas: &mut BTreeMap<String, Value>) -> Value {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|p| p.strip_suffix('}')))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let paging: &[(&str, &str)] =
        if route.listed { &[("limit", "1–200, 50 if not given"), ("cursor", "next_cursor of the page before")] } else { &[] };
    for (name, meaning) in route.query.iter().chain(paging) {
        let kind = if *name == "limit" { json!({ "type": "integer", "minimum": 1, "maximum": 200 }) } else { json!({ "type": "string" }) };
        parameters.push(json!({ "name": name, "in": "query", "description": meaning, "schema": kind }));
    }
    if route.method != Method::GET && route.access != Access::Public {
        let handled =
            "Who handled it, of the organisation's list of people: UTF-8, percent-encoded. A JSON body may carry `handled_by` instead.";
        parameters.push(
            json!({ "name": "Handled-By", "in": "header", "description": handled, "schema": { "type": "string", "maxLength": 360 } }),
        );
        let about = "Unique per account, 7 days; the same key and request again answers the same.";
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "description": about, "schema": { "type": "string", "minLength": 1, "maxLength": 128 } }));
    }
    let mut responses = Map::new();
    match (&route.answer, route.media) {
        (_, Some(media)) => {
            responses.insert(
                "200".to_owned(),
                json!({ "description": "streamed", "content": { media: { "schema": { "type": "string", "format": "binary" } } } }),
            );
        }
        (Some((status, shape)), None) => {
            let one = reference(shape, schemas);
            let schema = if route.listed {
                json!({ "type": "object", "required": ["items", "next_cursor"], "properties": { "items": { "type": "array", "items": one }, "next_cursor": { "type": ["string", "null"] } } })
            } else {
                one
            };
            let headers = if *status == 201 { json!({ "Location": { "schema": { "type": "string" } } }) } else { json!({}) };
            responses.insert(
                status.to_string(),
                json!({ "description": "done", "headers": headers, "content": { "application/json": { "schema": schema } } }),
            );
        }
        (None, None) => {
            responses.insert("204".to_owned(), json!({ "description": "done" }));
        }
    }
    let problem = json!({ "description": "refused", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let refusals: &[&str] = match route.access {
        Access::Public => &["400", "404", "422", "429", "503"],
        _ => &["400", "401", "403", "404", "409", "413", "415", "422", "429", "503"],
    };
    for status in refusals {
        responses.insert((*status).to_owned(), problem.clone());
    }
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split('/').nth(3).unwrap_or("")],
        "parameters": parameters,
        "responses": responses,
    });
    match route.access {
        Access::Public => {}
        Access::SignedIn => operation["security"] = json!([{ "bearer": [] }]),
        Access::Needs(permission) => {
            operation["security"] = json!([{ "bearer": [] }]);
            operation["x-permission"] = Value::String(permission.word().to_owned());
        }
    }
    if let Some(shape) = &route.body {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": reference(shape, schemas) } } });
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '-', '.'], "_");
    format!("{}_{words}", route.method.as_str().to_lowercase())
}

fn reference(shape: &Shape, schemas: &mut BTreeMap<String, Value>) -> Value {
    let name = (shape.name)().into_owned();
    let mut nested = Vec::new();
    (shape.nested)(&mut nested);
    nested.push((name.clone(), (shape.schema)()));
    for (name, schema) in nested {
        if let Ok(value) = serde_json::to_value(schema) {
            schemas.entry(name).or_insert(value);
        }
    }
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "detail", "code", "errors"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string" },
            "figures": { "type": "object" },
            "errors": { "type": "array", "items": { "type": "object", "required": ["pointer", "code", "detail"], "properties": {
                "pointer": { "type": "string", "description": "RFC 6901" }, "code": { "type": "string" }, "detail": { "type": "string" } } } },
        },
    })
}
