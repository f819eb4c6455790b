#pragma once

#include "ui/theme/look.h"

#include <QProxyStyle>
#include <QStyleOption>

namespace signalbox::ui {

/// What a push button is for. Set with setEmphasis(); the style draws it.
enum class Emphasis {
    Plain,
    Primary, ///< the one act that a view is for
    Danger,  ///< failed's text on base, apart from the others
    Flat,    ///< no edge until the pointer is over it
};
void setEmphasis(QWidget *button, Emphasis emphasis);
[[nodiscard]] Emphasis emphasisOf(const QWidget *button); ///< Plain for none

/// Fusion for what it does well, our own drawing for what it would fill with the (pale) highlight colour:
/// buttons, inputs, check boxes, heads, tabs, scroll bars, menus. No style sheet anywhere.
class ConsoleStyle : public QProxyStyle {
    Q_OBJECT
public:
    explicit ConsoleStyle(Look look);

    [[nodiscard]] const Look &look() const { return m_look; }
    void setLook(Look look); ///< palettes and repaints are the caller's (Theme)

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;
    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                     const QWidget *widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                            const QWidget *widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption *option,
                                  const QWidget *widget) const override;
    [[nodiscard]] int styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                                QStyleHintReturn *returned) const override;
    [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                         const QWidget *widget) const override;
    [[nodiscard]] QRect subControlRect(ComplexControl control, const QStyleOptionComplex *option,
                                       SubControl sub, const QWidget *widget) const override;
    [[nodiscard]] QRect subElementRect(SubElement element, const QStyleOption *option,
                                       const QWidget *widget) const override;
    void polish(QWidget *widget) override;
    void polish(QPalette &palette) override;
    void polish(QApplication *application) override { QProxyStyle::polish(application); }

private:
    void drawButton(const QStyleOption &option, QPainter &painter, const QWidget *widget) const;
    void drawToolButton(const QStyleOption &option, QPainter &painter) const;
    void drawPanelFrame(const QStyleOption &option, QPainter &painter, const QWidget *widget) const;
    void drawInput(const QStyleOption &option, QPainter &painter, const QWidget *widget) const;
    void drawIndicator(bool round, const QStyleOption &option, QPainter &painter) const;
    void drawHeadSection(const QStyleOptionHeader &option, QPainter &painter) const;
    void drawRowGround(const QStyleOption &option, QPainter &painter, const QWidget *widget) const;
    void drawBranch(const QStyleOption &option, QPainter &painter) const;
    void drawTab(const QStyleOptionTab &option, QPainter &painter) const;
    void drawScrollBar(const QStyleOptionSlider &option, QPainter &painter, const QWidget *widget) const;
    void drawCombo(const QStyleOptionComboBox &option, QPainter &painter, const QWidget *widget) const;
    void drawSpin(const QStyleOptionSpinBox &option, QPainter &painter, const QWidget *widget) const;

    Look m_look;
};

/// A rectangle with hairline edges that lie on device pixels at every scale.
void paintFrame(QPainter &painter, const QRectF &where, const QColor &fill, const QColor &edge, double radius,
                double width = 1);

enum class ChevronDirection { Down, Up, Right };
void paintChevron(QPainter &painter, const QRectF &where, ChevronDirection direction, const QColor &color);

} // namespace signalbox::ui
