from enum import StrEnum


class V1QueryField(StrEnum):
    ANATOMICREGIONSEQUENCE = "AnatomicRegionSequence"
    APPARENT_DIFFUSION_COEFFICIENT = "Apparent_Diffusion_Coefficient"
    BODYPARTEXAMINED = "BodyPartExamined"
    CALCIFICATION = "Calcification"
    COLLECTION_ID = "collection_id"
    DIAMETER = "Diameter"
    FRAMEOFREFERENCEUID = "FrameOfReferenceUID"
    GLYCOLYSIS_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_First_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range"
    )
    GLYCOLYSIS_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE = (
        "Glycolysis_Within_Third_Quarter_of_Intensity_Range"
    )
    INTERNAL = "Internal"
    INTERNAL_STRUCTURE = "Internal_structure"
    LOBULAR = "Lobular"
    MALIGNANCY = "Malignancy"
    MARGIN = "Margin"
    MODALITY = "Modality"
    PATIENTID = "PatientID"
    PERCENT_WITHIN_FIRST_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_First_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_FOURTH_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Fourth_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_SECOND_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Second_Quarter_of_Intensity_Range"
    )
    PERCENT_WITHIN_THIRD_QUARTER_OF_INTENSITY_RANGE = (
        "Percent_Within_Third_Quarter_of_Intensity_Range"
    )
    SEGMENTALGORITHMTYPE = "SegmentAlgorithmType"
    SEGMENTEDPROPERTYCATEGORYCODESEQUENCE = "SegmentedPropertyCategoryCodeSequence"
    SEGMENTEDPROPERTYTYPECODESEQUENCE = "SegmentedPropertyTypeCodeSequence"
    SEGMENTNUMBER = "SegmentNumber"
    SERIESDESCRIPTION = "SeriesDescription"
    SERIESINSTANCEUID = "SeriesInstanceUID"
    SERIESNUMBER = "SeriesNumber"
    SLICETHICKNESS = "SliceThickness"
    SOPCLASSUID = "SOPClassUID"
    SOPINSTANCEUID = "SOPInstanceUID"
    SPHERICITY = "Sphericity"
    SPICULATION = "Spiculation"
    STANDARDIZED_ADDED_METABOLIC = "Standardized_Added_Metabolic"
    STANDARDIZED_ADDED_METABOLIC_ACTIVITY = "Standardized_Added_Metabolic_Activity"
    STUDYDATE = "StudyDate"
    STUDYDESCRIPTION = "StudyDescription"
    STUDYINSTANCEUID = "StudyInstanceUID"
    SUBTLETY = "Subtlety"
    SURFACE_AREA_OF = "Surface_area_of"
    SUVBW = "SUVbw"
    TCIA_SPECIES = "tcia_species"
    TEXTURE = "Texture"
    TOTAL_LESION = "Total_Lesion"
    VOLUME = "Volume"

    def __str__(self) -> str:
        return str(self.value)
