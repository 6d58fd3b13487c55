//! Values with labels, in lines.

use anstyle::Style;

use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::DIM;
use crate::ui::text::write_wrapped;

/// Columns of the labels.
const LABELS: usize = 20;

/// A value with its label.
pub struct LabelledValue {
    pub label: &'static str,
    pub style: Style,
    pub value: String,
}

/// Writes values with their labels.
pub fn write(lines: &[LabelledValue], out: &mut Output) -> Result<(), Failure> {
    // A value that needs more lines starts them at the left where there is little room.
    let hanging = if out.columns < 60 { 4 } else { LABELS + 4 };
    for line in lines {
        let label = out.palette.paint(DIM, format!("{:<LABELS$}", line.label));
        let value = out.palette.paint(line.style, &line.value);
        write_wrapped(&format!("  {label}  "), hanging, &value, out)?;
    }
    Ok(())
}
