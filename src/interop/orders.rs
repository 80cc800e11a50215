//! Order exports of platforms, csv or xlsx: read in memory, buyers dropped row by row; nothing of the file is kept.

use super::sheet::guard::{Format, format_of};
use super::sheet::order_rows;
use crate::kernel::{Failure, Outcome, text};
use crate::trade::commands::SalesRead;
use crate::trade::sales::{Columns, NoLine, line};

/// Headings stand within so many rows.
const HEADINGS_WITHIN: usize = 20;
/// The most order lines of one file.
pub const MOST_LINES: usize = 100_000;

/// Reads the order lines of a seller's export of a platform.
///
/// # Errors
/// As the readers of sheets; `sales_headings_missing`, `sheet_too_many_rows`, `sales_row_unreadable` with the row's number.
pub fn read_orders(bytes: &[u8], seller_id: &str, platform: &str) -> Outcome<SalesRead> {
    let mut read = SalesRead::default();
    let (mut columns, mut before): (Option<Columns>, usize) = (None, 0);
    let mut take = |row: u32, cells: Vec<String>| -> Outcome<bool> {
        let Some(known) = &columns else {
            before += 1;
            columns = Columns::of(&cells);
            if let Some(found) = &columns {
                read.columns_dropped = i64::try_from(found.dropped).unwrap_or(i64::MAX);
            }
            return Ok(columns.is_some() || before < HEADINGS_WITHIN);
        };
        if read.lines.len() >= MOST_LINES {
            return Err(Failure::field("/file", "sheet_too_many_rows").with("right", MOST_LINES));
        }
        match line(known, &cells, seller_id, platform) {
            Ok(line) => read.lines.push(line),
            Err(NoLine::Blank) => read.skipped += 1,
            // The row is named by its number only: what stands in it may be of a buyer.
            Err(NoLine::Pieces | NoLine::Time) => return Err(Failure::field("/file", "sales_row_unreadable").with("row", row)),
        }
        Ok(true)
    };
    match format_of(bytes)? {
        Format::Csv => order_rows(bytes, false, &mut take)?,
        Format::Xlsx => order_rows(bytes, true, &mut take)?,
    }
    if columns.is_none() {
        return Err(Failure::field("/file", "sales_headings_missing").with("right", "订单编号、商品、数量、订单状态、付款时间"));
    }
    Ok(read)
}

/// A cell as it is compared.
pub(super) fn shown(cell: &str) -> String {
    text::clean(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "某某店铺订单报表,,,,,,\n订单编号,商品名称,商品规格,购买数量,买家实付金额,订单状态,付款时间,收货人\n\
        1001,晋州鸭梨,5斤装,2,79.80,交易成功,2026-10-08 12:03:04,张三\n合计,,,2,79.80,,,\n";

    #[test]
    fn encodings_and_formats_read_alike() {
        let right = read_orders(TEXT.as_bytes(), "sel_1", "淘宝").unwrap();
        assert_eq!((right.lines.len(), right.skipped, right.columns_dropped), (1, 1, 1));
        let (gb, _, _) = encoding_rs::GB18030.encode(TEXT);
        assert_eq!(read_orders(&gb, "sel_1", "淘宝").unwrap().lines, right.lines);
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip(TEXT.lines()) {
            for (column, cell) in (0..).zip(cells.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        assert_eq!(read_orders(&book.save_to_buffer().unwrap(), "sel_1", "淘宝").unwrap().lines, right.lines);
    }

    #[test]
    fn what_is_no_order_export_says_so_without_its_words() {
        let code = |text: &str| read_orders(text.as_bytes(), "s", "淘宝").unwrap_err().fields[0].code;
        assert_eq!(code("姓名,电话\n张三,138\n"), "sales_headings_missing");
        let refused = read_orders("订单编号,商品名称,数量,订单状态,付款时间,收货人\n1,梨,x,成功,2026-10-08,张三\n".as_bytes(), "s", "淘宝")
            .unwrap_err();
        assert_eq!(refused.fields[0].code, "sales_row_unreadable");
        assert!(!format!("{refused:?}").contains("张三"));
    }
}
