import Console
import Groundwork
import Imaging

extension Inspection {
  /// A DICOM, PNG or JPEG file. The picture is read only where it will be shown or written.
  static func image(_ path: String, frame: Int?, showing: Bool) throws -> (Inspection, Radiograph?) {
    let information = try ImageInformation.read(path)
    var inspection = Inspection(kind: "image")
    inspection.add("path", "file", .string(path))
    for (key, value) in information.json {
      inspection.add(key, key.split(separator: "_").joined(separator: " "), value)
    }
    inspection.failure = information.pixelsError
    guard showing, information.pixelsError == nil else { return (inspection, nil) }
    let radiograph = try Radiograph.read(path, frame: frame)
    inspection.remarks += radiograph.remarks
    inspection.picture = try TerminalPicture(
      width: radiograph.width, height: radiograph.height, grey: radiograph.pixels)
    return (inspection, radiograph)
  }
}
