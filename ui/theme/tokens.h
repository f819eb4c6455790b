#pragma once

#include "core/model/job_status.h"

#include <QColor>
#include <QList>

namespace signalbox::ui {

enum class Scheme { Light, Dark };

/// Every colour of the window, by what it is for. No colour stands anywhere else in the code.
enum class Token {
    Window, ///< toolbar, sidebar, status bar, page heads
    Base,   ///< tables, panels, inputs
    Alt,    ///< table heads, totals
    Hover,  ///< the row under the pointer, tags
    Select,
    SelectInactive,
    Text,
    Text2, ///< secondary columns, labels
    Muted, ///< heads, units, zeros, hints
    Disabled,
    Accent, ///< links, focus, the selection's edge
    AccentSolid,
    OnAccent,
    Line,    ///< between rows
    Border,  ///< around panels
    Button,  ///< edge of buttons
    Control, ///< edge of inputs and check boxes
    Track,   ///< ground of bars
    Grid,
    Axis,
    WarnText,
    WarnGround,
    WarnEdge,
    ErrorText,
    ErrorGround,
    ErrorEdge,
    OkText,
    OkGround,
    Tip,
    TipText,
    Heat1,   ///< failure counts from 5
    Heat2,   ///< failure counts from 100
    OnSolid, ///< digits on a failed or dead solid
    ProfileLocal,
    ProfileOther,
};
inline constexpr int tokenCount = static_cast<int>(Token::ProfileOther) + 1;

struct StateColors {
    QColor text;
    QColor tint;
    QColor solid;
};

[[nodiscard]] QColor color(Scheme scheme, Token token);
[[nodiscard]] StateColors colors(Scheme scheme, JobStatus status);

/// One colour that is seen on another, and the least WCAG contrast it needs there.
struct ContrastPair {
    QString name; ///< for a failing test: "muted on alt, dark"
    QColor front;
    QColor ground;
    double least;
};
[[nodiscard]] QList<ContrastPair> contrastPairs(Scheme scheme);
/// 1 … 21, by WCAG 2's formula.
[[nodiscard]] double contrast(const QColor &a, const QColor &b);

} // namespace signalbox::ui
